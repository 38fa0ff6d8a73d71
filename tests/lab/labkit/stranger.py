"""A client that is not an SSH client: connects, says something (or nothing), and then holds on, reads to the end, or aborts.

    stranger.py SERVER hold|read|abort [TEXT]

`abort` waits for the server's first octets and closes with SO_LINGER 0, as a connect scan does.
"""

import socket
import struct
import sys
import time


def main(server, then, text=""):
    connection = socket.create_connection((server, 22), timeout=10)
    print("connected", file=sys.stderr, flush=True)
    connection.sendall(text.encode().decode("unicode_escape").encode())
    if then == "hold":
        print(connection.recv(4096), file=sys.stderr, flush=True)
        time.sleep(60)
    elif then == "abort":
        connection.recv(4096)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
    else:
        try:
            while octets := connection.recv(4096):
                print(octets, flush=True)
        except ConnectionResetError as error:
            print(error, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
