"""Wraps and opens CKM_RSA_AES_KEY_WRAP, OAEP with SHA-1, with Python's cryptography; JSON in, base64 out."""

import base64
import json
import os
import sys

from cryptography.hazmat.primitives import hashes, keywrap, serialization
from cryptography.hazmat.primitives.asymmetric import padding

OAEP = padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None)


def wrap(pem, data):
    key = serialization.load_pem_public_key(pem)
    ephemeral = os.urandom(32)
    return key.encrypt(ephemeral, OAEP) + keywrap.aes_key_wrap_with_padding(ephemeral, data)


def unwrap(pem, data):
    key = serialization.load_pem_private_key(pem, None)
    modulus = key.key_size // 8
    return keywrap.aes_key_unwrap_with_padding(key.decrypt(data[:modulus], OAEP), data[modulus:])


asked = json.load(sys.stdin)
work = {"wrap": wrap, "unwrap": unwrap}[asked["do"]]
print(base64.b64encode(work(asked["pem"].encode(), base64.b64decode(asked["data"]))).decode())
