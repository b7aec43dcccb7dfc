"""Rotates the keys whose latest version is older than a number of days: rotate_old_keys.py DAYS

Needs hvac, and from the environment VAULT_ADDR and VAULT_TOKEN (policy rotator.hcl). Prints the names of the keys that it
has rotated. Run it again when it fails: a rotation that was interrupted is finished by the engine.
"""

import sys
from datetime import datetime, timedelta, timezone

import hvac

MOUNT = "keymgmt"


def created(key):
    """When the latest version was made."""
    latest = key["versions"][str(key["latest_version"])]["creation_time"]
    return datetime.strptime(latest[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)


def main():
    oldest = datetime.now(timezone.utc) - timedelta(days=float(sys.argv[1]))
    client = hvac.Client()
    listed = client.list(f"{MOUNT}/key")
    for name in listed["data"]["keys"] if listed else []:
        if created(client.read(f"{MOUNT}/key/{name}")["data"]) > oldest:
            continue
        client.write_data(f"{MOUNT}/key/{name}/rotate", data={})
        print(name)


main()
