# sh run-keeper.sh FOLDER [GROUP [OTHERS...]]: cleans up after a test run, however it ended.
#
# FOLDER holds all temporary files of the tests, OTHERS those of Vitest. GROUP is the run's process group,
# or empty. Standard input closes when the run ends; a line before that means that it ended by itself.
# Whatever still runs shortly after that was left behind, and is named on standard output.
folder=$1
group=${2-}
shift
[ "$#" -eq 0 ] || shift

# Prints the pids of the PostgreSQL servers in the folder. A server's working folder holds its pid file.
servers() {
  find "$folder" -maxdepth 5 -name postmaster.pid 2>/dev/null | while read -r file; do
    read -r pid <"$file" && [ "/proc/$pid/cwd" -ef "${file%/*}" ] && echo "$pid"
  done
}

# wait_until TENTHS COMMAND...: runs the command up to TENTHS times, a tenth of a second apart.
wait_until() {
  tries=$1
  shift
  until "$@"; do
    [ "$((tries -= 1))" -gt 0 ] || return 1
    sleep 0.1
  done
}

group_is_gone() { ! kill -s 0 -- "-$group" 2>/dev/null; }
servers_are_gone() { [ -z "$(servers)" ]; }
folders_are_gone() { rm -rf "$@" 2>/dev/null; }

read -r finished
[ -z "$finished" ] || read -r rest

if [ -n "$group" ]; then
  if [ -n "$finished" ] && ! wait_until 30 group_is_gone; then
    ps -A -o pgid=,pid=,args= | while read -r owner pid line; do
      [ "$owner" = "$group" ] && echo "process $pid: $line"
    done
  fi
  kill -s KILL -- "-$group" 2>/dev/null
  wait_until 30 group_is_gone
fi

# Their data is thrown away, so SIGQUIT is fine. A suspended server needs SIGCONT to react.
for signal in QUIT KILL; do
  for pid in $(servers); do
    kill -s "$signal" "$pid"
    kill -s CONT "$pid"
  done
  wait_until 70 servers_are_gone && break
done
wait_until 30 folders_are_gone "$folder" "$@"
