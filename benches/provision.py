"""What the bench needs besides Mediary: system packages and a virtual environment with the peers.

Standard library only, since it runs before anything is installed. Installs what is missing when it may (root, or
sudo without a password); otherwise it names the command and stops. Called by `run.py`.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
FONTS = Path("/usr/share/fonts/truetype")


ACCURACY_PACKAGES = {
    **{f"tesseract-ocr-{language}": f"{language.replace('-', '_')}.traineddata"
       for language in ("eng", "osd", "deu", "fra", "spa", "pol", "ces", "swe", "chi-sim", "chi-tra", "jpn")},
    "tesseract-ocr": "tesseract",
    "fonts-noto-cjk": "NotoSansCJK-Regular.ttc",
}
"""What the accuracy part can do without, and a file by which each package is known."""
DATA_ROOTS = (Path("/usr/share/fonts"), Path("/usr/share/tesseract-ocr"), Path("/usr/share/texlive"),
              Path("/usr/share/texmf"))


def missing_packages() -> list[str]:
    """Debian packages whose contents are not found."""
    found = {
        "python3-venv": importlib.util.find_spec("ensurepip") is not None,
        "poppler-utils": shutil.which("pdftotext") is not None,
        "fonts-dejavu": any(FONTS.rglob("DejaVuSerif.ttf")),
        "fonts-liberation": any(FONTS.rglob("LiberationSans-Regular.ttf")),
    }
    return [package for package, there in found.items() if not there]


def install_packages() -> None:
    """Installs the missing packages, or leaves with the command that would."""
    packages = missing_packages()
    if not packages:
        return
    install = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    prefix = _privilege()
    if prefix is None or shutil.which("apt-get") is None:
        raise SystemExit(f"The bench needs packages. Run: sudo {' '.join(install)}")
    if subprocess.run([*prefix, *install]).returncode != 0:
        subprocess.run([*prefix, "apt-get", "update"], check=True)
        subprocess.run([*prefix, *install], check=True)


def offer_packages(packages: dict[str, str]) -> None:
    """Installs packages that a part can do without, when it may; else says how. Never stops the bench."""
    missing = [package for package, file in packages.items() if shutil.which(file) is None
               and not any(root.is_dir() and any(root.rglob(file)) for root in DATA_ROOTS)]
    if not missing:
        return
    install = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
    prefix = _privilege()
    if prefix is None or shutil.which("apt-get") is None or subprocess.run([*prefix, *install]).returncode != 0:
        print(f"note: the bench would measure more with: sudo {' '.join(install)}", file=sys.stderr)


def _privilege() -> list[str] | None:
    """What to put before a command that needs root; nothing when it cannot be had."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0:
        return ["sudo", "-n"]
    return None


def python_with_peers() -> Path:
    """The interpreter of `target/bench-venv`, made or brought up to date first."""
    folder = ROOT / "target" / "bench-venv"
    python, stamp = folder / "bin" / "python3", folder / "installed.txt"
    wanted = (HERE / "requirements.txt").read_text()
    if not stamp.exists() or stamp.read_text() != wanted:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "-r", str(HERE / "requirements.txt")], check=True)
        stamp.write_text(wanted)
    return python


def enter_environment() -> None:
    """Makes sure this process runs in the bench's environment, by starting over in it if need be."""
    install_packages()
    python = python_with_peers()
    if Path(sys.prefix) != python.parent.parent:
        os.execv(python, [str(python), *sys.argv])
