"""As whom PostgreSQL runs: it refuses to be root.

An ordinary user runs it directly. For root a user namespace of one ordinary user is enough: files stay
root's, no permission changes. Where such namespaces are closed, or the checkout lies where root in a namespace
may not look, it runs as another user, with data and a copy of the binaries where that user reaches.
"""
# ruff: noqa: S603 (the commands are our own)

import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

STORE = "portal-pg-"
STORES = "/var/tmp"  # noqa: S108 (kept over a restart of the machine; each store is private)


@dataclass(frozen=True, slots=True)
class PostgresUser:
    prefix: tuple[str, ...]
    """What a command begins with so that it runs as this user."""
    binaries: Path
    data: Path
    owner: tuple[int, int] | None = None
    """User and group id, where they are not our own."""

    def command(self, program: str, *arguments: str) -> list[str]:
        return [*self.prefix, str(self.binaries / "bin" / program), *arguments]

    def give(self, path: Path) -> None:
        if self.owner:
            os.chown(path, *self.owner)

    def reaches(self) -> bool:
        """Whether it can run the binaries and write the data, or make it where it is not there yet."""
        place = self.data if self.data.exists() else self.data.parent
        test = ["/bin/sh", "-c", 'test -x "$1" && test -r "$2" && test -w "$2" && test -x "$2"', "sh"]
        try:
            return not subprocess.run(
                [*self.prefix, *test, *self.command("postgres")[-1:], str(place)], capture_output=True
            ).returncode
        except FileNotFoundError:
            return False

    def forget(self) -> None:
        """Removes the store made for the data, if there is one; never anything else."""
        store = self.data.parent
        if store.parent == Path(STORES) and store.name.startswith(STORE) and self.owner:
            shutil.rmtree(store)


def choose_user(binaries: Path, folder: Path) -> PostgresUser:
    """Who runs the server whose data is `folder`, or what `folder` links to."""
    if folder.is_symlink() and not folder.exists():
        folder.unlink()
    data = folder.resolve()
    if os.geteuid() != 0:
        return PostgresUser((), binaries, data)
    nobody = _ordinary_user()
    uid, gid = nobody.pw_uid, nobody.pw_gid
    namespace = ("unshare", "--user", f"--map-user={uid}", f"--map-group={gid}", "--")
    candidates = [PostgresUser(namespace, binaries, data)]
    if data.exists() and data.stat().st_uid:
        uid, gid = data.stat().st_uid, data.stat().st_gid
    become = ("setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups", "--pdeathsig=INT", "--")
    candidates.append(PostgresUser(become, binaries, data, owner=(uid, gid)))
    for candidate in candidates:
        if candidate.reaches():
            return candidate
    return _with_store(become, (uid, gid), binaries, folder)


def _ordinary_user() -> pwd.struct_passwd:
    """One that exists: initdb asks for the name of the user it runs as."""
    try:
        return pwd.getpwnam("nobody")
    except KeyError:
        return next(user for user in pwd.getpwall() if user.pw_uid)


def _with_store(
    become: tuple[str, ...], owner: tuple[int, int], binaries: Path, folder: Path
) -> PostgresUser:
    """Data and binaries in a folder of `owner`; `folder` becomes a link to that data."""
    made = None if folder.is_symlink() else tempfile.mkdtemp(prefix=STORE, dir=STORES)
    store = Path(made) if made else folder.resolve().parent
    data = store / "data"
    wheel = binaries.parent
    copy = store / wheel.name / binaries.name
    # The wheel's shared libraries lie beside its package, and the binaries look for them there.
    for part in (binaries, *wheel.parent.glob(f"{wheel.name}.libs")):
        place = store / part.relative_to(wheel.parent)
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(part, place, symlinks=True)
    if not folder.is_symlink():
        if folder.exists():
            shutil.move(folder, data)
        else:
            data.mkdir(mode=0o700)
        folder.symlink_to(data)
    for path in (store, *store.rglob("*")):
        os.chown(path, *owner, follow_symlinks=False)
    return PostgresUser(become, copy, data, owner)
