"""As many processes as PROCESSES says, each with a socket of its own: with one socket for all, one process often gets
most connections."""

import multiprocessing
import os
import signal
import socket
import sys

import uvicorn


def serve() -> None:
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listening.bind(("127.0.0.1", int(os.environ["PORT"])))
    listening.listen(512)
    config = uvicorn.Config("main:app", loop="uvloop", http="httptools", access_log=False, log_level="warning")
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=serve) for _ in range(int(os.environ["PROCESSES"]))]
    for process in processes:
        process.start()

    def stop(*_: object) -> None:
        for process in processes:
            process.terminate()
        sys.exit(0)

    signal.signal(signal.SIGTERM, stop)
    for process in processes:
        process.join()
