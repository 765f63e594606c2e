"""Signatures: the specification's own vector, its own library, in both directions."""

import base64
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from standardwebhooks import Webhook, WebhookVerificationError

from tests.webhooks.conftest import dispatched, worked
from tests.webhooks.receiver import Receiver
from tests.world import World
from tonerloop.outbound.models import Secret
from tonerloop.outbound.webhooks import actions
from tonerloop.outbound.webhooks.secrets import new_secret, signatures

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID, SECONDS, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, '{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_specifications_vector() -> None:
    at = datetime.fromtimestamp(SECONDS, UTC)
    assert signatures([SECRET], ID, at, BODY) == SIGNATURE
    assert Webhook(SECRET).sign(ID, at, BODY) == SIGNATURE


@given(body=some.text(max_size=200), at=some.integers(0, 4_000_000_000))
def test_we_sign_as_the_library_signs(body: str, at: int) -> None:
    secret, moment = new_secret(), datetime.fromtimestamp(at, UTC)
    body = body.encode(errors="replace").decode()
    assert signatures([secret], ID, moment, body) == Webhook(secret).sign(ID, moment, body)


def test_a_secret_has_the_specifications_form() -> None:
    secret = new_secret()
    assert secret.startswith("whsec_") and len(base64.b64decode(secret[6:])) == 32
    assert new_secret() != secret


@pytest.mark.django_db
class TestAsReceived:
    def test_the_library_verifies_what_arrives_and_nothing_else(
        self, world: World, receiver: Receiver, subscribe: Any
    ) -> None:
        _endpoint, secret = subscribe(world.back_office, "order.placed")
        world.place()
        dispatched()
        worked()
        [heard] = receiver.heard
        assert heard.verified(secret)["type"] == "order.placed"
        for wrong in (new_secret(), SECRET):
            with pytest.raises(WebhookVerificationError):
                heard.verified(wrong)
        heard.body = heard.body.replace(b"placed", b"approved")
        with pytest.raises(WebhookVerificationError):
            heard.verified(secret)

    def test_for_a_day_after_rotation_both_secrets_verify(
        self, world: World, receiver: Receiver, subscribe: Any, clock: Any
    ) -> None:
        endpoint, old = subscribe(world.back_office, "order.placed")
        by = world.actor(world.back_office)
        clock.forward(seconds=1)
        _endpoint, new = actions.rotate(endpoint.key, by=by)
        for hours, both in ((23, True), (2, False)):
            clock.forward(hours=hours)
            receiver.heard.clear()
            world.place()
            dispatched()
            worked()
            [heard] = receiver.heard
            signed = heard.headers["webhook-signature"].split(" ")
            at = datetime.fromtimestamp(int(heard.headers["webhook-timestamp"]), UTC)
            expected = [Webhook(s).sign(heard.id, at, heard.body.decode()) for s in (new, old)]
            assert signed == (expected if both else expected[:1])

    def test_a_secret_is_not_kept_readable(self, world: World, subscribe: Any) -> None:
        _endpoint, secret = subscribe(world.back_office)
        kept = Secret.objects.get().sealed
        assert secret not in kept and secret[6:] not in kept

    def test_after_our_key_has_changed_the_owner_is_told_to_make_a_new_secret(
        self, world: World, subscribe: Any, settings: Any, receiver: Receiver
    ) -> None:
        endpoint, _secret = subscribe(world.back_office, "order.placed")
        settings.SECRET_KEY = "another"
        world.place()
        dispatched()
        worked()
        [delivery] = endpoint.deliveries.all()
        assert "Make a new one" in delivery.message.error and not receiver.heard
