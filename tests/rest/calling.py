"""A client that calls an ASGI application in this process, without a socket."""

import asyncio

import httpx


class Client:
    """Calls routes, each time as a new connection, with the same headers."""

    def __init__(self, app, headers=None):
        self._transport = httpx.ASGITransport(app)
        self.headers = headers or {}

    def on(self, app):
        """Return who calls another application with the same headers."""
        return Client(app, self.headers)

    def request(self, method, path, **given):
        return asyncio.run(self._request(method, path, **given))

    async def _request(self, method, path, *, headers=None, **given):
        everything = {**self.headers, **(headers or {})}
        address = "http://leadflow.test"
        async with httpx.AsyncClient(transport=self._transport, base_url=address) as client:
            return await client.request(method, path, headers=everything, **given)

    def get(self, path, **given):
        return self.request("GET", path, **given)

    def post(self, path, **given):
        return self.request("POST", path, **given)

    def put(self, path, **given):
        return self.request("PUT", path, **given)

    def delete(self, path, **given):
        return self.request("DELETE", path, **given)

    def ok(self, method, path, **given):
        """Return the answer to a call that must succeed."""
        response = self.request(method, path, **given)
        assert response.is_success, response.text
        return response.json()

    def pages(self, path, *, limit, **query):
        """Walk a list to its end; returns its pages."""
        found, cursor = [], None
        while True:
            asked = {"limit": limit, **query} | ({"cursor": cursor} if cursor else {})
            answer = self.ok("GET", path, params=asked)
            found.append(answer["items"])
            cursor = answer["next_cursor"]
            if cursor is None:
                return found
