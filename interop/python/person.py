"""A person with a browser: cookies, redirects within one origin, and the form of a page."""

from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import requests


class Form(HTMLParser):
    """The first form of a page, with what its fields hold."""

    def __init__(self, html):
        super().__init__()
        self.action, self.fields = None, {}
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form" and self.action is None:
            self.action = attrs.get("action", "")
        if tag == "input" and "name" in attrs:
            self.fields[attrs["name"]] = attrs.get("value", "")


class Person:
    def __init__(self, issuer):
        self.origin = issuer.rstrip("/")
        self.session = requests.Session()

    def log_in(self, address, username, password):
        """From the address of a request to the address of the callback, which is not asked."""
        page = self._follow(self.session.get(address, allow_redirects=False))
        form = Form(page.text)
        form.fields |= {"username": username, "password": password}
        sent = self.session.post(
            urljoin(page.url, form.action), form.fields, headers={"origin": self.origin}, allow_redirects=False
        )
        return self._follow(sent)

    def _follow(self, answer):
        """The page at the end, or the first address elsewhere."""
        for _ in range(10):
            if not answer.is_redirect:
                return answer
            target = urljoin(answer.url, answer.headers["location"])
            if "{0.scheme}://{0.netloc}".format(urlsplit(target)) != self.origin:
                return target
            answer = self.session.get(target, allow_redirects=False)
        raise AssertionError("more than ten redirects")
