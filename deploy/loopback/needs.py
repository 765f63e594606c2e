"""What must be installed, and as whom the servers run."""

import os
import pwd
import shutil
import subprocess
import sys
from pathlib import Path

# Debian's package of each program, and how it tells its version.
PROGRAMS = {
    "etcd": ("etcd-server", "--version"),
    "patroni": ("patroni", "--version"),
    "haproxy": ("haproxy", "-v"),
    "pgbouncer": ("pgbouncer", "--version"),
}
POSTGRES = ("postgresql-15", "--version")
SBIN = "/usr/sbin"


def paths() -> dict[str, str]:
    """Where each program is; ends this process, naming the packages, where one is missing."""
    search = f"{os.environ.get('PATH', '')}:{SBIN}"
    found = {name: shutil.which(name, path=search) for name in PROGRAMS}
    found["postgres"] = _newest_postgres()
    packages = {**{name: PROGRAMS[name][0] for name in PROGRAMS}, "postgres": POSTGRES[0]}
    if missing := [packages[name] for name, path in found.items() if path is None]:
        sys.exit(f"Not installed here: {', '.join(missing)} (Debian's packages of these names).")
    return {name: path for name, path in found.items() if path}


def versions() -> list[str]:
    """One line for each program."""
    options = {**{name: PROGRAMS[name][1] for name in PROGRAMS}, "postgres": POSTGRES[1]}
    return [_first_line(path, options[name]) for name, path in paths().items()]


def as_server_user() -> list[str]:
    """What stands before a command that refuses to run as root; nothing for anybody else."""
    if os.geteuid() != 0:
        return []
    user = server_user()
    ids = ["--reuid", str(user.pw_uid), "--regid", str(user.pw_gid)]
    return ["setpriv", *ids, "--clear-groups", "--"]


def server_user() -> pwd.struct_passwd:
    """The user of the database's servers."""
    try:
        return pwd.getpwnam("postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name)
    except KeyError:
        return pwd.getpwnam("nobody")


def _newest_postgres() -> str | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=_major)
    return str(found[-1]) if found else shutil.which("postgres")


def _major(path: Path) -> int:
    return int(path.parts[-3])


def _first_line(path: str, option: str) -> str:
    done = subprocess.run([path, option], capture_output=True, text=True, check=False)
    return (done.stdout or done.stderr).strip().splitlines()[0]
