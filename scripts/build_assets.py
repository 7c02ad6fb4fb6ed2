"""Rebuild the third-party part of `static/`: the icon sprite, the fonts and the vendored script.

Run it by hand after changing a version or the list of icons; its results are committed.
Needs npm. Usage: python scripts/build_assets.py
"""

import hashlib
import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

STATIC = Path(__file__).resolve().parent.parent / "static"
VERSIONS = {
    "lucide-static": "1.62.0",
    "@fontsource-variable/golos-text": "5.3.0",
    "@expo-google-fonts/golos-text": "0.4.2",
    "sortablejs": "1.15.7",
}
ICONS = """
archive arrow-big-up arrow-down arrow-left arrow-right arrow-right-left arrow-up ban banknote bell book-open
building-2 calendar calendar-check calendar-clock calendar-days calendar-plus calendar-x chart-column check
chevron-down chevron-left chevron-right chevron-up chevrons-left chevrons-right circle circle-alert circle-check
circle-dashed circle-help circle-off circle-plus clipboard-list clock clock-alert columns-3 copy credit-card
download ellipsis expand external-link eye eye-off file-check file-plus file-text file-x filter flag gauge
grip-vertical handshake hash history inbox info keyboard landmark languages layers life-buoy lightbulb link list
list-checks loader-circle lock log-out mail mail-warning mail-x map-pin maximize-2 megaphone menu message-square
message-square-text messages-square minus monitor moon network panel-right panel-right-close paperclip pause pencil
pencil-line percent phone phone-off pin play plus printer qr-code receipt-text refresh-cw rocket rotate-cw rows-3
search send settings shield shopping-bag sliders-horizontal square-kanban square-pen star sun table tag target timer
trending-down trending-up triangle-alert undo-2 upload user user-check user-cog user-plus users video wallet
wifi-off x
""".split()  # noqa: SIM905
# Marks of our own: a state of a deal is told by its shape as well as by its colour.
MARKS = {
    "health-good": '<circle cx="12" cy="12" r="8" fill="currentColor" stroke="none"/>',
    "health-doubt": '<circle cx="12" cy="12" r="8"/>'
    '<path d="M12 4a8 8 0 0 1 0 16z" fill="currentColor" stroke="none"/>',
    "health-problem": '<path d="M12 2.5 21.5 12 12 21.5 2.5 12z" fill="currentColor" stroke="none"/>',
    "health-unknown": '<circle cx="12" cy="12" r="8.5" stroke-dasharray="3 3.68"/>',
    "logo": '<rect width="24" height="24" rx="5" fill="currentColor" stroke="none"/>'
    '<path d="M7 5.5v13h11" stroke="#fff" stroke-width="2.5" stroke-linecap="butt"/>'
    '<path d="M12.5 7h5M12.5 12h5" stroke="#fff" stroke-width="2.5" stroke-linecap="butt"/>',
}


def symbol(name: str, drawing: str) -> str:
    return f'<symbol id="{name}" viewBox="0 0 24 24">{drawing}</symbol>'


def build_sprite(icons: Path) -> None:
    symbols = [symbol(name, drawing) for name, drawing in MARKS.items()]
    for name in sorted(ICONS):
        svg = (icons / f"{name}.svg").read_text()
        drawing = re.search(r"<svg.*?>(.*)</svg>", svg, re.S)[1]
        symbols.append(symbol(name, re.sub(r"\s*\n\s*", "", drawing).replace(" />", "/>")))
    body = "\n".join(symbols)
    (STATIC / "icons.svg").write_text(
        "<!-- Lucide, ISC licence (vendor/lucide.LICENSE.txt), and five marks of our own. "
        "Made by scripts/build_assets.py. -->\n"
        f'<svg xmlns="http://www.w3.org/2000/svg">\n{body}\n</svg>\n'
    )


def copy(source: Path, target: str) -> None:
    destination = STATIC / target
    destination.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, destination)


def build_fonts(modules: Path) -> None:
    web = modules / "@fontsource-variable/golos-text"
    for subset in ("cyrillic", "cyrillic-ext", "latin", "latin-ext"):
        copy(web / f"files/golos-text-{subset}-wght-normal.woff2", f"fonts/golos-text-{subset}.woff2")
    copy(web / "LICENSE", "fonts/LICENSE.txt")
    # One whole file a weight: the PDF engine garbles text when a font is split into subsets.
    print_font = modules / "@expo-google-fonts/golos-text"
    for folder, name in (("400Regular", "400"), ("600SemiBold", "600"), ("700Bold", "700")):
        copy(print_font / folder / f"GolosText_{folder}.ttf", f"fonts/pdf/GolosText-{name}.ttf")


def build_vendor(modules: Path) -> None:
    source = (modules / "sortablejs/Sortable.min.js").read_text()
    (STATIC / "vendor").mkdir(exist_ok=True)
    (STATIC / "vendor/sortable.min.js").write_text(re.sub(r"\n?//# sourceMappingURL=.*", "", source).strip() + "\n")
    copy(modules / "sortablejs/LICENSE", "vendor/sortable.LICENSE.txt")
    copy(modules / "lucide-static/LICENSE", "vendor/lucide.LICENSE.txt")


def write_manifest() -> None:
    """Name every file that somebody else wrote, with its licence and checksum."""
    origin = {
        "icons.svg": ("lucide-static", "ISC"),
        "vendor/sortable.min.js": ("sortablejs", "MIT"),
        **{
            f"fonts/{path.name}": ("@fontsource-variable/golos-text", "OFL-1.1")
            for path in sorted((STATIC / "fonts").glob("*.woff2"))
        },
        **{
            f"fonts/pdf/{path.name}": ("@expo-google-fonts/golos-text", "OFL-1.1")
            for path in sorted((STATIC / "fonts/pdf").glob("*.ttf"))
        },
    }
    manifest = [
        {
            "file": file,
            "package": package,
            "version": VERSIONS[package],
            "licence": licence,
            "sha256": hashlib.sha256((STATIC / file).read_bytes()).hexdigest(),
        }
        for file, (package, licence) in sorted(origin.items())
    ]
    (STATIC / "vendor/manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        packages = [f"{name}@{version}" for name, version in VERSIONS.items()]
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--prefix", folder, *packages], check=True)
        modules = Path(folder) / "node_modules"
        build_sprite(modules / "lucide-static/icons")
        build_fonts(modules)
        build_vendor(modules)
    write_manifest()


if __name__ == "__main__":
    main()
