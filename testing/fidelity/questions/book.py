"""The list of questions, and their shared parts.

A question has a group, a title and the parts of a request, see `Side.ask`. `exact` compares values too:
`True` the whole data, "count" and "order" the listed accounts of the fixture and their order.
"""
QUESTIONS = []

DEFAULT_PROJECT = "06000000-0000-4000-8000-000000000001"
OTHER_PROJECT = "06000000-0000-4000-8000-000000000002"
NOBODY = "00000000-0000-4000-8000-00000000dead"

TYPENAME = "{ __typename }"
ONE = "{ keypair_list(limit: 1, offset: 0) { total_count items { access_key } } }"
OWN = "{ keypair { access_key user_id } }"
KEYPAIR = ("id user_id full_name access_key secret_key is_active is_admin is_default resource_policy "
           "created_at last_used rate_limit num_queries rolling_count user projects ssh_public_key "
           "concurrency_used concurrency_limit user_info { email full_name }")
USER = ("id uuid username email need_password_change full_name description is_active status status_info "
        "created_at modified_at domain_name role resource_policy allowed_client_ip totp_activated "
        "totp_activated_at sudo_session_enabled main_access_key container_uid container_main_gid "
        "container_gids groups { id name }")


def question(group, title, query=None, **q):
    """Adds a question."""
    if query is not None:
        q["query"] = query
    QUESTIONS.append((group, title, q))
