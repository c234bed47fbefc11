# sh run-keeper.sh FOLDER [GROUP [OTHERS...]]: tidies up after a run of the tests, however it ended.
#
# FOLDER holds everything the tests put below the temporary folder, OTHERS what Vitest did; GROUP is the
# run's own process group, or empty. Standard input ends when the run does; a line before that says that
# it came to its end by itself:
# then whatever still runs a moment later was left behind, and is named on standard output.
folder=$1
group=${2-}
shift
[ "$#" -eq 0 ] || shift

# The PostgreSQL servers in the folder; each one's working folder is where its file is.
servers() {
  find "$folder" -maxdepth 5 -name postmaster.pid 2>/dev/null | while read -r file; do
    read -r pid <"$file" && [ "/proc/$pid/cwd" -ef "${file%/*}" ] && echo "$pid"
  done
}

# wait_until TENTHS COMMAND...: asks the command so often, a tenth of a second apart.
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

# Nobody reads them again: they may drop everything. A stopped one listens when it is continued.
for signal in QUIT KILL; do
  for pid in $(servers); do
    kill -s "$signal" "$pid"
    kill -s CONT "$pid"
  done
  wait_until 70 servers_are_gone && break
done
wait_until 30 folders_are_gone "$folder" "$@"
