"""Wraps and opens CKM_RSA_AES_KEY_WRAP with Python's cryptography; JSON in, base64 out."""

import base64
import json
import os
import sys

from cryptography.hazmat.primitives import hashes, keywrap, serialization
from cryptography.hazmat.primitives.asymmetric import padding


def oaep(name):
    chosen = {"sha1": hashes.SHA1, "sha256": hashes.SHA256}[name]
    return padding.OAEP(padding.MGF1(chosen()), chosen(), None)


def wrap(pem, data, padded):
    key = serialization.load_pem_public_key(pem)
    ephemeral = os.urandom(32)
    return key.encrypt(ephemeral, padded) + keywrap.aes_key_wrap_with_padding(ephemeral, data)


def unwrap(pem, data, padded):
    key = serialization.load_pem_private_key(pem, None)
    modulus = key.key_size // 8
    return keywrap.aes_key_unwrap_with_padding(key.decrypt(data[:modulus], padded), data[modulus:])


asked = json.load(sys.stdin)
work = {"wrap": wrap, "unwrap": unwrap}[asked["do"]]
print(base64.b64encode(work(asked["pem"].encode(), base64.b64decode(asked["data"]), oaep(asked["hash"]))).decode())
