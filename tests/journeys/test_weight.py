"""What the first load of a participant's home costs, as production serves it: hashed and compressed files, DEBUG off."""

BYTES, REQUESTS = 120 * 1024, 8


def test_a_participants_home_is_light(open_page, production: str) -> None:
    page = open_page("participant@demo.example", at=production)
    network = page.context.new_cdp_session(page)
    sizes: dict[str, int] = {}
    addresses: dict[str, str] = {}
    network.on(
        "Network.requestWillBeSent", lambda event: addresses.__setitem__(event["requestId"], event["request"]["url"])
    )
    network.on(
        "Network.loadingFinished", lambda event: sizes.__setitem__(event["requestId"], int(event["encodedDataLength"]))
    )
    network.send("Network.enable")
    answer = page.goto("/c/fall-2026/", wait_until="networkidle")
    assert answer is not None
    assert answer.status == 200
    assert page.url == f"{production}/c/fall-2026/"
    loaded = {
        addresses[key].removeprefix(production): size
        for key, size in sizes.items()
        if addresses[key].startswith("http")
    }
    listing = "\n".join(f"{size:>7} {address}" for address, size in loaded.items())
    assert any("/static/css/app." in address and not address.endswith("/app.css") for address in loaded), (
        f"not hashed:\n{listing}"
    )
    assert len(loaded) <= REQUESTS, listing
    assert sum(loaded.values()) <= BYTES, listing
    # The canary: the counting sees what a page loads.
    assert len(loaded) >= 4, listing
    assert sum(loaded.values()) > 20_000, listing
