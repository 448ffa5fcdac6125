"""The journey as a small model: what each request must answer, and what it spends. Nothing of Keyback is in it, so
that it and the server can only agree by both being right."""

from collections.abc import Callable
from dataclasses import dataclass, field

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
STEP = 30_000
EMAIL, APP, PAPER = "email_code", "totp", "recovery_code"
LIFE = {EMAIL: 10 * MINUTE, APP: 15 * MINUTE, PAPER: 15 * MINUTE}
LADDER = (60_000, 120_000, 240_000, 480_000)
"""How long nothing more is sent after the first message of an hour, the second ..."""


@dataclass(slots=True)
class Budget:
    """So many in a fixed window, and perhaps a pause once they are used up."""

    most: int
    window: int
    pause: int = 0
    since: int | None = None
    used: int = 0
    paused: int = 0

    def take(self, now: int) -> bool:
        fresh = self.since is None or self.since + self.window <= now
        if self.paused > now or (not fresh and self.used >= self.most):
            return False
        self.since, self.used = (now, 1) if fresh else (self.since, self.used + 1)
        if self.pause and self.used >= self.most:
            self.paused = now + self.pause
        return True

    def give_back(self) -> None:
        if self.used:
            self.paused = 0 if self.used >= self.most else self.paused
            self.used -= 1

    def now_used(self, now: int) -> int:
        return self.used if self.since is not None and self.since > now - self.window else 0


@dataclass(slots=True)
class Challenge:
    """One way, begun."""

    method: str
    until: int
    sent: bool
    number: int
    """Which of all challenges."""
    tries: int = 5


@dataclass(slots=True)
class Proof:
    method: str
    at: int
    spent: bool = False


@dataclass(slots=True)
class Walk:
    """One journey."""

    account: str
    ada: bool
    """Whether it is about somebody real."""
    gates: int
    generation: int
    until: int
    known: bool
    version: int = 1
    state: str = "proving"
    purpose: str = "open"
    """`reset` or `unlock`, once it is said."""
    proofs: list[Proof] = field(default_factory=list)
    open: Challenge | None = None

    @property
    def live(self) -> bool:
        return self.state in {"proving", "new_password"}

    def end(self) -> None:
        self.state, self.version = "ended", self.version + 1


@dataclass(frozen=True, slots=True)
class Expected:
    """What must come back."""

    status: int
    state: str


NOTHING = Expected(404, "ended")


@dataclass(slots=True)
class Model:
    """Two browsers, one account, and a name that nobody has."""

    now: int
    browsers: list[Walk | None] = field(default_factory=lambda: [None, None])
    known: list[int | None] = field(default_factory=lambda: [None, None])
    """Of which generation the browser knows the account."""
    enabled: bool = True
    generation: int = 0
    gates: int = 2
    methods: tuple[str, ...] = (APP, PAPER, EMAIL)
    last_step: int = 0
    used_paper: int = 0
    mails: int = 0
    begun: int = 0
    password: str = ""
    all_proofs: list[Proof] = field(default_factory=list)
    budgets: dict[tuple[str | int, ...], Budget] = field(default_factory=dict)
    shut: dict[tuple[str, bool], int] = field(default_factory=dict)
    """Until when nothing more is sent."""
    chance: Callable[[int], int] = lambda _: 0
    """What makes a wait longer, by the time at which it begins."""

    def budget(self, most: int, window: int, *key: str | int, pause: int = 0) -> Budget:
        return self.budgets.setdefault(key, Budget(most, window, pause))

    # What happens beside the requests

    def disable(self) -> None:
        if self.enabled:
            self.enabled, self.generation = False, self.generation + 1

    # Requests

    def start(self, who: int, *, ada: bool) -> Expected:
        if not self.budget(20, 10 * MINUTE, "starts", who).take(self.now):
            return Expected(429, "start")
        known = ada and self.known[who] == self.generation
        account = "ada" if ada else "nobody"
        walk = Walk(account, ada and self.enabled, self.gates, self.generation, self.now + 15 * MINUTE, known)
        walk_before = self.browsers[who]
        if walk_before is not None and walk_before.live:
            walk_before.end()
        self.browsers[who] = walk
        return self.look(who)

    def look(self, who: int, status: int = 200, *, ways: bool = False) -> Expected:
        walk = self.browsers[who]
        if walk is None:
            return NOTHING
        self._over(walk)
        if walk.state == "proving" and walk.purpose == "open":
            return Expected(status, "trouble")
        if walk.state == "proving":
            return Expected(status, "answer" if walk.open and not ways else "choose_method")
        return Expected(status, walk.state)

    def mean(self, who: int, purpose: str, version: int) -> Expected:
        walk = self.browsers[who]
        if walk is None:
            return NOTHING
        if purpose in {"reset", "unlock"} and self._may(walk, version) and walk.purpose == "open":
            walk.purpose, walk.version = purpose, walk.version + 1
        return self.look(who)

    def pick(self, who: int, method: str, version: int) -> Expected:
        walk = self.browsers[who]
        if walk is None:
            return NOTHING
        if not self._may(walk, version) or walk.state != "proving" or method not in self._offered(walk):
            return self.look(who)
        if walk.purpose == "open":
            return self.look(who)
        sent = False
        if method == EMAIL:
            if not self._may_send(walk):
                return self.look(who, 429)
            target = "ada" if self._usable(walk, method) else f"nowhere/{walk.account}"
            budgets = [self.budget(most, span, "to", target, span, walk.known) for most, span in ((5, HOUR), (10, DAY))]
            sent = all(budget.take(self.now) for budget in budgets) and target == "ada"
        self.mails += sent
        self.begun += 1
        walk.open = Challenge(method, min(self.now + LIFE[method], walk.until), sent, self.begun)
        walk.version += 1
        return self.look(who)

    def again(self, who: int, version: int) -> Expected:
        walk = self.browsers[who]
        if walk is None:
            return NOTHING
        challenge = walk.open
        if challenge is None or challenge.method != EMAIL:
            return self.look(who)
        return self.pick(who, challenge.method, version)

    def answer(self, who: int, version: int, *, right: bool, empty: bool = False) -> Expected:
        """`right`: it is what the open challenge asks for, whoever asks and however late."""
        walk = self.browsers[who]
        if walk is None:
            return NOTHING
        challenge = walk.open
        if not self._may(walk, version) or walk.state != "proving" or challenge is None:
            return self.look(who, 400 if empty else 200)
        walk.version += 1
        charged = self._failures(walk, who, challenge.method)
        if not self._all_taken(charged):
            return self.look(who, 429)
        if not self._proves(walk, challenge, right=right):
            return self.look(who, 400 if empty else 422)
        for budget in charged:
            budget.give_back()
        proof = Proof(challenge.method, self.now)
        walk.proofs.append(proof)
        self.all_proofs.append(proof)
        walk.open = None
        walk.version += 1
        if len(walk.proofs) >= walk.gates:
            walk.state = "new_password"
            if walk.purpose == "unlock" and self._spends(walk):
                self._cleared(walk, who)
        return self.look(who)

    def choose(self, who: int, version: int, new: str, *, good: bool) -> Expected:
        walk = self.browsers[who]
        if walk is None:
            return NOTHING
        alive = walk.version == version and walk.state == "new_password" and self.now < walk.until
        if alive and not good:
            return self.look(who, 422)
        if not alive or not self._may(walk, version):
            return self.look(who)
        if self._spends(walk):
            self._completed(walk, who, new)
        return self.look(who)

    def cancel(self, who: int, version: int) -> Expected:
        walk = self.browsers[who]
        if walk is None:
            return NOTHING
        if self._may(walk, version):
            walk.end()
        return self.look(who)

    # What they share

    def _over(self, walk: Walk) -> None:
        """Time, and after the first proof a changed account, end a journey."""
        changed = walk.ada and walk.proofs and (not self.enabled or self.generation != walk.generation)
        if walk.live and (self.now >= walk.until or changed):
            walk.end()

    def _may(self, walk: Walk, version: int) -> bool:
        self._over(walk)
        return walk.live and walk.version == version

    def _usable(self, walk: Walk, method: str) -> bool:
        same = self.enabled and self.generation == walk.generation
        return walk.ada and same and method in self.methods

    def _offered(self, walk: Walk) -> list[str]:
        return [method for method in self.methods if method not in {proof.method for proof in walk.proofs}]

    def _may_send(self, walk: Walk) -> bool:
        hour, day = (
            self.budget(most, span, "send", walk.account, span, walk.known) for most, span in ((5, HOUR), (10, DAY))
        )
        if self.shut.get((walk.account, walk.known), 0) > self.now:
            return False
        wait = LADDER[min(hour.now_used(self.now), len(LADDER) - 1)]
        self.shut[walk.account, walk.known] = self.now + wait + self.chance(self.now) % (wait // 10 + 1)
        return hour.take(self.now) and day.take(self.now)

    def _failures(self, walk: Walk, who: int, method: str) -> list[Budget]:
        account = walk.account
        return [
            self.budget(20, 10 * MINUTE, "source", who),
            self.budget(5, HOUR, "method", account, method, walk.known),
            self.budget(5, HOUR, "pair", account, who, walk.known),
            self.budget(10, DAY, "account", account, walk.known, pause=DAY),
        ]

    def _unused(self, method: str) -> bool:
        return method != APP or self.now // STEP > self.last_step

    def _all_taken(self, charged: list[Budget]) -> bool:
        """All or none: what a pause refuses uses up nothing."""
        for number, budget in enumerate(charged):
            if not budget.take(self.now):
                for taken in charged[:number]:
                    taken.give_back()
                return False
        return True

    def _proves(self, walk: Walk, challenge: Challenge, *, right: bool) -> bool:
        """A try is spent, and an answer that is right is used up."""
        if not challenge.tries or self.now >= challenge.until:
            return False
        challenge.tries -= 1
        if not right or not self._usable(walk, challenge.method) or not self._unused(challenge.method):
            return False
        if challenge.method == APP:
            self.last_step = self.now // STEP
        self.used_paper += challenge.method == PAPER
        return True

    def _spends(self, walk: Walk) -> bool:
        """Enough proofs by the rules of now, all of them fresh: then it is done, else over."""
        if len(walk.proofs) < max(walk.gates, self.gates):
            walk.end()
            return False
        for proof in walk.proofs:
            proof.spent = proof.at > self.now - 10 * MINUTE
        if not all(proof.spent for proof in walk.proofs):
            walk.end()
            return False
        walk.state, walk.version = "done", walk.version + 1
        return True

    def _completed(self, walk: Walk, who: int, new: str) -> None:
        self.password = new
        self.generation += 1
        self.known[who] = self.generation
        for other in self.browsers:
            if other is not None and other is not walk and other.ada and other.live and other.proofs:
                other.end()
        self._cleared(walk, who)

    def _cleared(self, walk: Walk, who: int) -> None:
        for key in list(self.budgets):
            account = key[0] in {"method", "pair", "account", "send", "to"} and key[1] == "ada"
            if account and key[-1] == walk.known and (key[0] != "pair" or key[2] == who):
                del self.budgets[key]
        self.shut.pop(("ada", walk.known), None)
