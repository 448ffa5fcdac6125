"""The organisation's logo and accent, on both faces, for whoever opens a page there."""

import gzip
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from keyback.app.branding.look import Piece
from keyback.web import answers, responses
from keyback.web.assets import StaticFile
from keyback.web.call import Site
from keyback.web.steps import Steps

PATH = "/brand/{name:str}"


def route(site: Site, steps: Steps) -> Route:
    """Under names made from their content, so a browser may keep them for ever."""

    def served(request: Request) -> Response:
        piece = site.house.looks.piece(request.url.path)
        return answers.no_route(site, request, 404) if piece is None else responses.static(site, request, _file(piece))

    async def endpoint(request: Request) -> Response:
        return await steps.run(lambda: served(request))

    return Route(PATH, endpoint, methods=["GET", "HEAD"])


@lru_cache(maxsize=8)
def _file(piece: Piece) -> StaticFile:
    etag = piece.path.rpartition("/")[2].split(".")[1]
    return StaticFile(piece.body, gzip.compress(piece.body, 9, mtime=0), piece.media_type, f'"{etag}"')
