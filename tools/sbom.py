"""What the product is made of, as CycloneDX 1.6: `python -m tools.sbom > sbom.json`.

From the lock file (names, versions and the hashes that pip insists on) and from what is installed
(licences). It reads files only, so that the same checkout gives the same document.
"""

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

ROOT = Path(__file__).parents[1]
PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)(\[[^\]]*\])?==([^ ;\\]+)")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def locked(file: Path) -> Iterator[tuple[str, str, list[str]]]:
    """(Name, version, SHA-256 of each of its files) of every requirement of a lock file."""
    for block in re.split(r"\n(?=[a-z0-9])", file.read_text()):
        if found := PIN.match(block):
            yield found[1], found[3], HASH.findall(block)


def sbom(file: Path) -> dict[str, Any]:
    """The document about the product with the requirements of a lock file."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    product = {
        "type": "application",
        "bom-ref": "tonerloop",
        "name": project["name"],
        "version": project["version"],
        "licenses": [{"license": {"id": project["license"]}}],
    }
    parts = [_component(*each) for each in locked(file)]
    serial = uuid5(NAMESPACE_URL, file.read_text() + project["version"])
    refs = [part["bom-ref"] for part in parts]
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {"component": product},
        "components": parts,
        "dependencies": [{"ref": "tonerloop", "dependsOn": refs}],
    }


def _component(name: str, version: str, hashes: list[str]) -> dict[str, Any]:
    purl = f"pkg:pypi/{name}@{version}"
    part: dict[str, Any] = {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
        # One for each file that the version may be installed from; pip takes no other.
        "hashes": [{"alg": "SHA-256", "content": digest} for digest in hashes],
    }
    if licence := _licence(name):
        part["licenses"] = [{"license": {"name": licence}}]
    return part


def _licence(name: str) -> str:
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:  # of another platform
        return ""
    told = about.get("License-Expression") or about.get("License") or ""
    classified = [
        c.split(" :: ")[-1] for c in about.get_all("Classifier") or [] if "License ::" in c
    ]
    first = told.strip().splitlines()[0][:100] if told.strip() else ""
    return first or ", ".join(classified)


def main() -> None:
    """Print the document; with the name of another lock file, of that one."""
    given = sys.argv[1] if len(sys.argv) > 1 else "base"
    json.dump(sbom(ROOT / "requirements" / f"{given}.txt"), sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
