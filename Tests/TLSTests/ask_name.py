#!/usr/bin/env python3
"""Asks the network for a name below .local as a plain resolver does, and prints the address.

    ask_name.py NAME OWN_ADDRESS      the address, or "nobody"
    ask_name.py --goodbye OWN_ADDRESS waits for a name that is given up, and prints it
"""

import socket
import struct
import sys
import time

GROUP = "224.0.0.251"
PORT = 5353


def labels(name):
    """A name as it is written in a message."""
    return b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0"


def name_at(data, place):
    """The name that begins at a place, and where the message goes on."""
    parts = []
    while data[place]:
        parts.append(data[place + 1:place + 1 + data[place]].decode())
        place += 1 + data[place]
    return ".".join(parts), place + 1


def address_records(data):
    """Names, times to live and addresses of the A records of a message."""
    questions, answers = struct.unpack(">2H", data[4:8])
    place = 12
    for _ in range(questions):
        _, place = name_at(data, place)
        place += 4
    for _ in range(answers):
        name, place = name_at(data, place)
        kind, _, life, length = struct.unpack(">2HIH", data[place:place + 10])
        place += 10
        if kind == 1:
            yield name, life, socket.inet_ntoa(data[place:place + 4])
        place += length


def packets(own, port, seconds):
    """What comes in within a time."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("", port))
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(own))
    if port:
        member = socket.inet_aton(GROUP) + socket.inet_aton(own)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
    yield sock
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        sock.settimeout(max(0.1, end - time.monotonic()))
        try:
            data = sock.recv(9000)
        except TimeoutError:
            return
        if data[2] & 0x80:
            yield data


def main():
    """Does what the command line says."""
    wanted, own = sys.argv[1:]
    if wanted == "--goodbye":
        stream = packets(own, PORT, 15)
        next(stream)
        for data in stream:
            for name, life, _ in address_records(data):
                if life == 0:
                    print(name)
                    return
        return
    stream = packets(own, 0, 3)
    sock = next(stream)
    question = struct.pack(">6H", 7, 0, 1, 0, 0, 0) + labels(wanted) + struct.pack(">2H", 1, 1)
    sock.sendto(question, (GROUP, PORT))
    for data in stream:
        for name, _, address in address_records(data):
            if name == wanted:
                print(address)
                return
    print("nobody")


main()
