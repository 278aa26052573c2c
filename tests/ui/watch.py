"""A Playwright page whose faults are collected: policy reports, script errors, outside requests, failed answers."""

from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe

from tests.factories import Someone

AXE = Axe()
SELF = ("data:", "blob:")
SPRITE = (Path(__file__).parents[2] / "app/static/vendor/icons.svg").read_text()


class Watched:
    """Wraps a page; `faults` lists what went wrong since the last `goto`, one sentence each. `rests` is the state
    that a page is waited for."""

    def __init__(self, page: Any, address: str) -> None:
        self.page, self.address, self.rests = page, address, "networkidle"
        self.faults: list[str] = []
        page.on("console", lambda m: self.note(m.type in ("error", "warning"), f"console: {m.text}"))
        page.on("pageerror", lambda e: self.note(True, f"script: {e}"))
        page.on("request", lambda r: self.note(not r.url.startswith((address, *SELF)), f"outside request: {r.url}"))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.page, name)

    def note(self, bad: bool, words: str) -> None:
        if bad:
            self.faults.append(words)

    def goto(self, path: str) -> Any:
        """Open a path and wait until it rests; the answer."""
        self.faults.clear()
        answer = self.page.goto(path if "://" in path else self.address + path)
        self.page.wait_for_load_state(self.rests)
        return answer

    def sign_in(self, who: Someone) -> None:
        self.goto("/login/")
        self.page.fill("#username", who.username)
        self.page.fill("#password", who.password)
        with self.page.expect_navigation():
            self.page.click("form[name=login] button[type=submit]")

    def violations(self) -> list[str]:
        """What axe finds on the page as it stands: rule, first element, what to mend."""
        found = AXE.run(self.page).response["violations"]
        return [f"{v['id']} at {v['nodes'][0]['target']}: {v['nodes'][0]['failureSummary'][:200]}" for v in found]

    def overflow(self) -> int:
        """Pixels by which the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - innerWidth"))

    def missing_icons(self) -> list[str]:
        """Icons that the page names and the sprite lacks (deploy/assets/build.sh makes it)."""
        used = self.page.eval_on_selector_all("svg.icon use", "all => all.map(u => u.href.baseVal.split('#')[1])")
        return sorted({f"no icon {name}" for name in used if f'id="{name}"' not in SPRITE})

    def links(self, selector: str = "a[href]") -> list[str]:
        """Paths of ours that the page links to, without anchors, each once."""
        hrefs = self.page.eval_on_selector_all(selector, "all => all.map(a => a.href.split('#')[0])")
        paths = [h.removeprefix(self.address) for h in hrefs if h.startswith(self.address)]
        return list(dict.fromkeys(paths))
