from _common import QUESTION

from litellm.litellm_core_utils.prompt_templates import factory

TEMPLATE = "{% for m in messages %}<{{ m.role }}>{{ m.content | trim }}{% endfor %}"
print(factory.anthropic_messages_pt(QUESTION, model="claude-3-haiku", llm_provider="anthropic"))
print(factory.prompt_factory(model="mistralai/Mistral-7B-Instruct-v0.1", messages=QUESTION))
print(factory.hf_chat_template(model="none", messages=QUESTION, chat_template=TEMPLATE))
