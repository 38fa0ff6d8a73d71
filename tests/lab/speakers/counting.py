"""Counts the messages that a library sends and receives, by number: the truth that sizes are held against."""

from collections import Counter
from types import SimpleNamespace


def of_paramiko(transport):
    """Counts of one paramiko transport, from now on."""
    counts = SimpleNamespace(sent=Counter(), received=Counter())
    packetizer = transport.packetizer
    read, send = packetizer.read_message, packetizer.send_message

    def read_message():
        number, message = read()
        counts.received[number] += 1
        return number, message

    def send_message(data):
        counts.sent[data.asbytes()[0]] += 1
        return send(data)

    packetizer.read_message, packetizer.send_message = read_message, send_message
    return counts


def in_asyncssh(connection_class):
    """Makes every connection of asyncssh count, in `lab_sent` and `lab_received`."""
    send = connection_class.send_packet
    handle = connection_class.process_packet

    def send_packet(self, number, *args, **more):
        self.__dict__.setdefault("lab_sent", Counter())[number] += 1
        return send(self, number, *args, **more)

    def process_packet(self, number, *args, **more):
        self.__dict__.setdefault("lab_received", Counter())[number] += 1
        return handle(self, number, *args, **more)

    connection_class.send_packet, connection_class.process_packet = send_packet, process_packet
