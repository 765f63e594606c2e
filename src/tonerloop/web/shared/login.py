"""The log-in form: Tab leads from the address straight to the password."""

from typing import Any

from allauth.account import forms


class LoginForm(forms.LoginForm):
    """Address and password; the link for a forgotten one stands below, not between the two."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""
