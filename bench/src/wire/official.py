"""Does with the official client what the other peers do, and prints what it took: the microseconds of CPU
and of the clock, and the largest memory in kilobytes.

    official.py small <in flight> <calls>
    official.py pages <pages>

Wants the settings of the official client in the environment.
"""

import asyncio
import resource
import sys
import time

from ai.backend.client.output.fields import keypair_fields
from ai.backend.client.session import AsyncSession

SMALL = """query($limit: Int!, $offset: Int!) {
  keypair_list(limit: $limit, offset: $offset) { items { access_key user_id is_active } total_count }
}"""

# The fields of the shipped list that the official client knows and the manager has.
FIELDS = [
    keypair_fields[name]
    for name in (
        "user_id full_name projects access_key secret_key is_active is_admin resource_policy created_at last_used "
        "rate_limit num_queries concurrency_used ssh_public_key"
    ).split()
    if name in keypair_fields
]


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def small(session: AsyncSession, calls: int) -> None:
    for _ in range(calls):
        data = await session.Admin.query(SMALL, {"limit": 1, "offset": 1})
        assert len(data["keypair_list"]["items"]) == 1


async def read_pages(session: AsyncSession, pages: int) -> None:
    for page in range(pages):
        answer = await session.KeyPair.paginated_list(fields=FIELDS, page_offset=page * 100, page_size=100)
        assert len(answer.items) == 100


async def main(kind: str, *numbers: str) -> None:
    numbers = [int(number) for number in numbers]
    async with AsyncSession() as session:
        if kind == "small":
            in_flight, calls = numbers
            await small(session, 50)
            works = [small(session, calls // in_flight) for _ in range(in_flight)]
        else:
            works = [read_pages(session, *numbers)]
        begin, used = time.perf_counter(), cpu()
        await asyncio.gather(*works)
        used, took = cpu() - used, time.perf_counter() - begin
    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(round(used * 1e6), round(took * 1e6), largest)


asyncio.run(main(*sys.argv[1:]))
