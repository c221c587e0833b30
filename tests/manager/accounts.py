"""The accounts of the tests: written into the database once, and into the env file for the tests."""

from __future__ import annotations

import hashlib
import uuid

PLENTY = 1_000_000  # requests in 15 minutes: never reached by a test run
DOMAINS = ("default", "other")

# The same as in the embedded manager, so that both can be sent the same requests.
PROJECTS = {
    "default": "06000000-0000-4000-8000-000000000001",
    "other": "06000000-0000-4000-8000-000000000002",
}
FULL_NAMES = {
    "superadmin": "Super Admin", "domain-admin": "Domain Admin", "user": "Plain User",
    "inactive-user": "Inactive User", "low-rate": "Limited User", "other-admin": "Other Admin",
}

# Role: (user name, domain, role in the manager, status of the user, is the key active, requests in 15
# minutes)
ROLES = {
    "SUPERADMIN": ("superadmin", "default", "superadmin", "active", True, PLENTY),
    "DOMAIN_ADMIN": ("domain-admin", "default", "admin", "active", True, PLENTY),
    "USER": ("user", "default", "user", "active", True, PLENTY),
    "INACTIVE_KEY": ("user", "default", "user", "active", False, PLENTY),
    "INACTIVE_USER": ("inactive-user", "default", "user", "inactive", True, PLENTY),
    "LOW_RATE": ("low-rate", "default", "user", "active", True, 5),
    "OTHER_ADMIN": ("other-admin", "other", "admin", "active", True, PLENTY),
}


def access_key(role: str) -> str:
    return f"TEST{role.replace('_', '')}".ljust(20, "0")


def secret_key(role: str) -> str:
    return hashlib.sha256(f"secret of {role}".encode()).hexdigest()[:40]


def email(name: str) -> str:
    return f"{name}@tests.invalid"


def password(name: str) -> str:
    return f"{name}-password"


def identity(kind: str, name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{name}.{kind}.tests.invalid"))


def fixture() -> dict:
    """The rows in the form that the manager's `fixture populate` reads."""
    nothing = {"total_resource_slots": {}, "allowed_vfolder_hosts": {}}
    session = {"max_session_lifetime": 0, "max_containers_per_session": 1, "idle_timeout": 3600}
    quota = {"name": "default", "max_vfolder_count": 0, "max_quota_scope_size": -1}
    users, keypairs, members = [], [], []
    for role, (name, domain, power, status, active, rate) in ROLES.items():
        owner = identity("user", name)
        first = all(user["uuid"] != owner for user in users)
        if first:
            users.append({
                "uuid": owner, "username": name, "email": email(name), "password": password(name),
                "need_password_change": False, "full_name": FULL_NAMES[name],
                "description": f"{power} of the tests", "status": status, "status_info": "tests",
                "domain_name": domain, "domain_id": identity("domain", domain), "role": power,
                "resource_policy": "default", "sudo_session_enabled": False,
            })
            if status == "active":
                members.append({"group_id": PROJECTS[domain], "user_id": owner})
        keypairs.append({
            "user_id": email(name), "access_key": access_key(role), "secret_key": secret_key(role), "user": owner,
            # Unless exactly one key is the default, the manager refuses all keys of a user.
            "is_default": first, "is_active": active, "is_admin": power != "user",
            "rate_limit": rate, "resource_policy": "default" if first else "small",
        })
    return {
        "domains": [
            {"id": identity("domain", name), "name": name, "description": "", "is_active": True,
             "is_default": name == "default", "allowed_docker_registries": [], **nothing}
            for name in DOMAINS
        ],
        "keypair_resource_policies": [
            {"name": "default", "is_default": True, "default_for_unspecified": "UNLIMITED",
             "max_concurrent_sessions": 5, **session, **nothing},
            {"name": "small", "is_default": False, "default_for_unspecified": "LIMITED",
             "max_concurrent_sessions": 1, **session, **nothing},
        ],
        "user_resource_policies": [{**quota, "max_session_count_per_model_session": 10}],
        "project_resource_policies": [{**quota, "max_network_count": 3}],
        "groups": [
            {"id": PROJECTS[name], "name": name, "description": "", "is_active": True,
             "domain_name": name, "resource_policy": "default", "type": "general", **nothing}
            for name in DOMAINS
        ],
        "scaling_groups": [
            {"id": identity("resource-group", "default"), "name": "default", "description": "no agents",
             "is_active": True, "is_default": True, "driver": "static", "driver_opts": {},
             "scheduler": "fifo", "scheduler_opts": {}}
        ],
        "sgroups_for_domains": [
            {"resource_group_id": identity("resource-group", "default"), "domain_id": identity("domain", name),
             "scaling_group": "default", "domain": name}
            for name in DOMAINS
        ],
        "users": users,
        "keypairs": keypairs,
        "association_groups_users": members,
    }


def environment() -> dict[str, str]:
    first = next(iter(ROLES))
    env = {"BACKEND_ACCESS_KEY": access_key(first), "BACKEND_SECRET_KEY": secret_key(first)}
    for role, (name, *_) in ROLES.items():
        env[f"BACKEND_{role}_ACCESS_KEY"] = access_key(role)
        env[f"BACKEND_{role}_SECRET_KEY"] = secret_key(role)
        env[f"BACKEND_{role}_EMAIL"] = email(name)
        env[f"BACKEND_{role}_PASSWORD"] = password(name)
    return env
