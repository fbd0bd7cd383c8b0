from _common import OPENAI, QUESTION

import litellm

deployment = {k: v for k, v in OPENAI.items() if k != "messages"}
router = litellm.Router(
    model_list=[
        {"model_name": "bad", "litellm_params": {**deployment, "model": "openai/limited"}},
        {"model_name": "good", "litellm_params": deployment},
    ],
    fallbacks=[{"bad": ["good"]}],
    num_retries=0,
)
print(router.completion(model="bad", messages=QUESTION).choices[0].message.content)
