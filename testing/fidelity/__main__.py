"""Sends the same requests to a real manager and to the embedded one, and compares the answers.

    tests/manager/up && . "${MANAGER_HOME:-$HOME/.cache/backendai-manager-tests}/env"
    python3 testing/fidelity              # builds and starts the embedded manager itself
    python3 testing/fidelity --verbose    # lists every question
    python3 testing/fidelity --all        # also every difference in wording, which is not counted
    python3 testing/fidelity lists rows   # only these groups

It compares the status, the content type, the presence of the X-RateLimit headers and of Allow, and the
shape of the body: names and types of its members, the codes, and the values of `ok`, `type`, `title`.
For a question with `exact` it compares values too, after names that differ by design (keys, addresses,
ids) are replaced by labels. The exit code is 1 when less than 95 % of the answers agree.

It reads BACKEND_ENDPOINT and BACKEND_<ROLE>_ACCESS_KEY and _SECRET_KEY of the roles SUPERADMIN,
DOMAIN_ADMIN, USER, INACTIVE_KEY, INACTIVE_USER, LOW_RATE and OTHER_ADMIN. The manager must be freshly
installed. EMBEDDED_MANAGER names the built example `serve`. The groups lists, rows and conditions come last: they concern the rows that `tests/manager/fill`
writes, which runs before them. The questions change only users that they create, and purge them.
"""
import os
import pathlib
import subprocess
import sys

from compare import compare, wording
from questions import QUESTIONS
from side import Side
import v2


# These groups concern the rows that FILL writes; the other groups run before it.
FILLED = {"lists", "rows", "conditions", "v2-roots", "v2-refusals", "v2-pages", "v2-filters"}
FILL = pathlib.Path(__file__).parents[2] / "tests/manager/fill"


def embedded():
    """Starts the embedded manager and returns its process and its environment."""
    built = os.environ.get("EMBEDDED_MANAGER")
    command = [built] if built else ["cargo", "run", "--quiet", "-p", "backendai-testing", "--example", "serve"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    env = {}
    for line in process.stdout:
        name, _, value = line.strip().removeprefix("export ").partition("=")
        env[name] = value
        if name == "BACKEND_ENDPOINT":
            return process, env
    sys.exit("the embedded manager did not start")


def main():
    arguments = sys.argv[1:]
    chosen = [argument for argument in arguments if not argument.startswith("--")]
    questions = [q for q in QUESTIONS if not chosen or q[0] in chosen]
    questions.sort(key=lambda question: question[0] in FILLED)
    filled = False
    process, env = embedded()
    try:
        sides = Side("real", os.environ), Side("embedded", env)
        agreed, words, groups = 0, 0, {}
        for group, title, q in questions:
            if group in FILLED and not filled:
                subprocess.run([FILL], check=True, stdout=subprocess.DEVNULL)
                filled = True
                for side in sides:
                    v2.words(side)
            answers = [side.ask(q) for side in sides]
            if "take" in q:
                word, path = q["take"]
                for side, answer in zip(sides, answers):
                    value = answer[3]["data"] if isinstance(answer[3], dict) else None
                    for step in path.split("."):
                        value = value and value.get(step)
                    side.words[word] = value or v2.NOBODY
                    side.labels[side.words[word]] = f"<{word}>"
            if "remember" in q:
                for side, answer in zip(sides, answers):
                    key = answer[3]["data"]["create_keypair"]["keypair"]["access_key"]
                    side.words[q["remember"]] = key
                    side.labels[key] = f"<{q['remember']}>"
            problems = compare(q, *answers, sides)
            other = wording(*answers)
            words += bool(other)
            count = groups.setdefault(group, [0, 0])
            count[1] += 1
            if not problems:
                agreed += 1
                count[0] += 1
            if problems or "--verbose" in arguments or (other and "--all" in arguments):
                print(f"{'differs' if problems else 'agrees '} {group}: {title}")
                for problem in problems:
                    print(f"        {problem}")
                if "--all" in arguments:
                    for problem in other:
                        print(f"        wording: {problem[:300]}")
        print()
        for group, (good, all_) in groups.items():
            print(f"{group:16} {good:4} of {all_:4}")
        print(f"{'together':16} {agreed:4} of {len(questions):4}   {100 * agreed / len(questions):.1f} %"
              f"   (another wording in {words})")
        return 0 if agreed / len(questions) >= 0.95 else 1
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    sys.exit(main())
