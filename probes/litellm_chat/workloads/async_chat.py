import asyncio

from _common import OPENAI

import litellm


async def main():
    answers = await asyncio.gather(*(litellm.acompletion(**OPENAI) for _ in range(3)))
    print([a.choices[0].message.content for a in answers])


asyncio.run(main())
