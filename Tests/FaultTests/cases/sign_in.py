"""S03, S04: guessing passwords, and asking who has an account."""

import statistics
import time

from faultlab.box import PASSWORD, USER, Box
from faultlab.client import Lost
from faultlab.lab import Skipped, case, require

GUESSES_AT_HASH_MAX = 100
DIFFERENCE_MS_MAX = 1.0
# A difference counts where it is clearly larger than the noise of the measurement itself.
NOISE_FACTOR = 3.0
# From the median absolute deviation to the standard deviation, and to the error of a median.
MAD_TO_DEVIATION = 1.4826
MEDIAN_ERROR = 1.2533


def address(number):
    """One of many addresses of the loopback network."""
    return f"127.1.{number // 250}.{number % 250 + 1}"


@case("S03", "guessing: few tries reach the hash, a restart forgets no lock, the console mends it")
def guessing(lab):
    """Guesses one account from many addresses until it is locked."""
    box = Box(lab, lab.data_folder()).start()
    guesses = lab.pick(60, 1_000)
    reached = locked = 0
    for number in range(guesses):
        status = guess(box, USER, f"wrong password {number}", number)[0]
        require(status in (401, 429), f"a wrong password answered {status}")
        reached += status == 401
        locked += status == 429
    require(reached <= GUESSES_AT_HASH_MAX, f"{reached} of {guesses} guesses reached the hash")
    require(locked > 0, "the account was never locked")
    box.stop()
    box.start()
    status = guess(box, USER, "wrong password again", guesses + 1)[0]
    require(status == 429, f"after a restart a guess answered {status}; the lock is forgotten")
    began = time.monotonic()
    box.run("user", "unlock", USER).check("user unlock")
    status = guess(box, USER, PASSWORD, guesses + 2)[0]
    require(status == 200, f"after `user unlock` the right password answered {status}")
    seconds = time.monotonic() - began
    box.require_intact()
    box.stop()
    return (f"{guesses} guesses, {reached} reached the hash, locked across a restart, "
            f"unlocked from the console in {seconds:.1f} s")


def guess(box, user, password, number):
    """Status, body and seconds of one try to sign in from an address of its own."""
    client = box.client(token=None, address=address(number), timeout=30)
    try:
        client.connection = client.connect()
        began = time.monotonic()
        answer = client.sign_in(user, password)
        return answer.status, answer.body, time.monotonic() - began
    except Lost as lost:
        raise Skipped(f"no answer to a sign-in from {address(number)}: {lost}") from None
    finally:
        client.close()


@case("S04", "enumeration: a name that exists and one that does not answer alike and as fast")
def enumeration(lab):
    """Wrong passwords for users that exist and for names that do not, in turn."""
    box = Box(lab, lab.data_folder()).start()
    users = add_users(box, lab.pick(10, 200))
    known, unknown, bodies = [], [], set()  # seconds, in pairs of the same moment
    for number in range(len(users) * 3):
        pair = [(known, users[number % len(users)]), (unknown, f"nobody{number}")]
        lab.random.shuffle(pair)
        for times, name in pair:
            status, body, seconds = guess(box, name, "not the right one", 1_000 + number)
            require(status == 401, f"a wrong password answered {status}")
            times.append(seconds)
            bodies.add(without_request_id(body))
    require(len(bodies) == 1, "the answers differ between users that exist and names that do not")
    apart, noise = difference_ms(known, unknown)
    require(
        apart <= max(DIFFERENCE_MS_MAX, NOISE_FACTOR * noise),
        f"the medians differ by {apart:.2f} ms, the noise of that figure is {noise:.2f} ms")
    box.stop()
    return (f"{len(known)} tries each, same bytes, {statistics.median(known) * 1_000:.0f} ms, "
            f"{apart:.2f} ms apart with a noise of {noise:.2f} ms")


def difference_ms(known, unknown):
    """The median difference of the pairs, and the standard error of that figure."""
    pairs = [(one - other) * 1_000 for one, other in zip(known, unknown)]
    middle = statistics.median(pairs)
    spread = statistics.median(abs(one - middle) for one in pairs) * MAD_TO_DEVIATION
    return abs(middle), MEDIAN_ERROR * spread / len(pairs) ** 0.5


def add_users(box, count):
    """Users for the box, added from the console."""
    names = [f"clerk{number}" for number in range(count)]
    for name in names:
        ended = box.run("user", "add", name, "--role", "FRONT_DESK", "--generate")
        if ended.code == 2:
            raise Skipped(f"`user add` takes other words: {ended.text.strip()[:160]}")
        ended.check("user add")
    return names


def without_request_id(body):
    """The body without the one part that must differ."""
    text = body.decode(errors="replace")
    start = text.find('"requestId":"')
    if start < 0:
        return text
    start += len('"requestId":"')
    return text[:start] + text[text.find('"', start):]
