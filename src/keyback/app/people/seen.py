"""A set of texts in little memory: 8 bytes a place, of which at least a quarter is free."""

from array import array

_FIRST_SIZE = 1 << 10
_WORD = (1 << 64) - 1


class Seen:
    """Remembers 64-bit numbers. Two texts that share one, by chance, are one in 10^19."""

    __slots__ = ("_count", "_places")

    def __init__(self) -> None:
        self._places = array("Q", [0]) * _FIRST_SIZE
        self._count = 0

    def add(self, text: str) -> bool:
        """True if it was not there. Python's own keyed hash: nobody can prepare a file of collisions."""
        number = (hash(text) & _WORD) or 1
        fresh = self._put(self._places, number)
        if fresh:
            self._count += 1
            if 4 * self._count > 3 * len(self._places):
                self._grow()
        return fresh

    def _grow(self) -> None:
        places = array("Q", [0]) * (2 * len(self._places))
        for number in self._places:
            if number:
                self._put(places, number)
        self._places = places

    @staticmethod
    def _put(places: "array[int]", number: int) -> bool:
        mask = len(places) - 1
        place = number & mask
        while places[place]:
            if places[place] == number:
                return False
            place = (place + 1) & mask
        places[place] = number
        return True
