"""What can be done, by the names that scopes, policies and the audit know it by."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Access(StrEnum):
    """Kinds of actions: most rules speak of these."""

    READ = "read"
    WRITE = "write"
    DELETE = "delete"
    GOVERN = "govern"
    """Buckets come, go and change their rules."""
    MANAGE = "manage"
    """People, keys and accounts."""


class Action(StrEnum):
    """Everything that somebody may be asked about before it happens."""

    LIST_BUCKETS = "list_buckets"
    GET_BUCKET = "get_bucket"
    LIST_OBJECTS = "list_objects"
    GET_OBJECT = "get_object"
    PUT_OBJECT = "put_object"
    COPY_OBJECT = "copy_object"
    MOVE_OBJECT = "move_object"
    EDIT_OBJECT = "edit_object"
    RESTORE_OBJECT = "restore_object"
    DELETE_OBJECT = "delete_object"
    PURGE_OBJECT = "purge_object"
    """Delete it for good, past the trash."""
    CREATE_BUCKET = "create_bucket"
    CHANGE_BUCKET = "change_bucket"
    DELETE_BUCKET = "delete_bucket"
    READ_USERS = "read_users"
    MANAGE_USERS = "manage_users"
    MANAGE_KEYS = "manage_keys"
    MANAGE_ACCOUNT = "manage_account"
    READ_AUDIT = "read_audit"

    @property
    def access(self) -> Access:
        return ACCESS[self]


ACCESS: Mapping[Action, Access] = MappingProxyType(
    {
        Action.LIST_BUCKETS: Access.READ,
        Action.GET_BUCKET: Access.READ,
        Action.LIST_OBJECTS: Access.READ,
        Action.GET_OBJECT: Access.READ,
        Action.PUT_OBJECT: Access.WRITE,
        Action.COPY_OBJECT: Access.WRITE,
        Action.MOVE_OBJECT: Access.WRITE,
        Action.EDIT_OBJECT: Access.WRITE,
        Action.RESTORE_OBJECT: Access.WRITE,
        Action.DELETE_OBJECT: Access.DELETE,
        Action.PURGE_OBJECT: Access.DELETE,
        Action.CREATE_BUCKET: Access.GOVERN,
        Action.CHANGE_BUCKET: Access.GOVERN,
        Action.DELETE_BUCKET: Access.GOVERN,
        Action.READ_USERS: Access.MANAGE,
        Action.MANAGE_USERS: Access.MANAGE,
        Action.MANAGE_KEYS: Access.MANAGE,
        Action.MANAGE_ACCOUNT: Access.MANAGE,
        Action.READ_AUDIT: Access.MANAGE,
    }
)
"""The kind of each; a test holds it complete."""

OF_CONTENT = frozenset(action for action in Action if action.value.endswith(("_object", "_objects")))
"""What is done to what a bucket holds."""
