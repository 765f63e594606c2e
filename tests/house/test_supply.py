"""What the product is made of is locked by hash, and the SBOM names all of it."""

import re

from tools.sbom import ROOT, locked, sbom

BASE = ROOT / "requirements" / "base.txt"


def test_each_requirement_is_locked_by_hash() -> None:
    for file in (ROOT / "requirements").glob("*.txt"):
        pins = [line for line in file.read_text().splitlines() if re.match(r"[a-z0-9]", line)]
        found = list(locked(file))
        assert len(found) == len(pins) > 10
        assert all(hashes for _name, _version, hashes in found), file


def test_the_sbom_names_all_that_is_locked() -> None:
    told = sbom(BASE)
    parts = {(part["name"], part["version"]) for part in told["components"]}
    assert parts == {(name, version) for name, version, _hashes in locked(BASE)}
    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.6")
    refs = [part["bom-ref"] for part in told["components"]]
    assert len(refs) == len(set(refs))
    assert told["dependencies"] == [{"ref": "tonerloop", "dependsOn": refs}]
    assert all(part["purl"] and part["hashes"] for part in told["components"])


def test_the_same_lock_gives_the_same_document() -> None:
    assert sbom(BASE) == sbom(BASE)
