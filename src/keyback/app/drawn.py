"""A secret that was drawn before, where a method asks for chance."""

from dataclasses import dataclass

from keyback.core.ports import Random


@dataclass(frozen=True, slots=True)
class Drawn:
    """Chance that was drawn before: the secret that a link or a question offers, so that a method makes the same of it."""

    secret: bytes
    fresh: Random

    def bytes(self, count: int) -> bytes:
        return self.secret[:count]

    def digits(self, count: int) -> str:
        return self.fresh.digits(count)

    def id(self) -> str:
        return self.fresh.id()
