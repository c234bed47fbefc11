#!/usr/bin/env bash
# The usual flows, by curl alone: test/flows/flows.sh URL [ADMIN_USERNAME ADMIN_PASSWORD]
# The admin's user name and password may come from the environment. Ends with 1 at the first answer that is
# not as it should be. On a service where testuser1 exists already, name another by FLOW_USERNAME.
set -euo pipefail

url=${1:?usage: flows.sh URL [ADMIN_USERNAME ADMIN_PASSWORD]}
admin_username=${2:-${ADMIN_USERNAME:?}}
admin_password=${3:-${ADMIN_PASSWORD:?}}
username=${FLOW_USERNAME:-testuser1}
users=100
at_a_time=20
run=$(date +%s)-$$
token=''
status=''
body=''

fail() {
  printf 'FAILED  %s\n        got %s %s\n' "$1" "$status" "$body" >&2
  exit 1
}

# send METHOD PATH [JSON]: sets $status and $body
send() {
  local arguments=(--silent --show-error --max-time 30 --request "$1" --write-out '\n%{http_code}')
  if [ -n "$token" ]; then arguments+=(--header "Authorization: Bearer $token"); fi
  if [ $# -gt 2 ]; then arguments+=(--header 'Content-Type: application/json' --data "$3"); fi
  local answer
  answer=$(curl "${arguments[@]}" "$url$2")
  status=${answer##*$'\n'}
  body=${answer%$'\n'*}
}

# expect STATUS PATTERN WHAT: the last answer has this status, and its body matches
expect() {
  if [ "$status" != "$1" ] || ! grep -Eq "$2" <<< "$body"; then fail "$3"; fi
  printf 'ok      %s\n' "$3"
}

# field NAME: a text or number in the last answer
field() { sed -E "s/^[^{]*\{(.*[,{])?\"$1\":\"?([^\",}]+).*/\2/" <<< "$body"; }

log_in() {
  token=''
  send POST /login "{\"username\":\"$1\",\"password\":\"$2\"}"
  expect 200 '"access_token":"[^"]+"' "login of $1"
  token=$(field access_token)
}

echo "== Tasks of $username"
send POST /register "{\"username\":\"$username\",\"password\":\"securepassword\"}"
expect 201 '"message":"User created successfully"' 'register'
log_in "$username" securepassword
for number in 1 2 3 4 5 6 7; do
  send POST /tasks "{\"title\":\"Task $number\",\"description\":\"The task of number $number\"}"
  expect 201 '"message":"Task created successfully"' "create task $number"
done
task=$(field id)
send GET /tasks
expect 200 '^\[\{.*\}\]$' 'list tasks'
send GET '/tasks?page=2&per_page=5'
expect 200 '^\[\{"id":.*\},\{"id":[^{]*\}\]$' 'the second page of tasks has the last two'
send PUT "/tasks/$task" '{"title":"Task 7, done","status":"completed"}'
expect 200 '"message":"Task updated successfully".*"status":"completed"' 'update a task'
send DELETE "/tasks/$task"
expect 200 '"message":"Task deleted successfully"' 'delete a task'
send GET "/tasks/$task"
expect 404 "\"detail\":\"Task with ID $task not found\"" 'the task is gone'

echo '== Users, as admin'
log_in "$admin_username" "$admin_password"
send POST /users/ "{\"name\":\"John Doe\",\"email\":\"john.$run@example.com\",\"age\":30}"
expect 201 '"name":"John Doe".*"age":30' 'create a user'
user=$(field id)
send GET /users/
expect 200 '^\[\{.*\}\]$' 'list users'
send PUT "/users/$user" '{"name":"Jane Doe"}'
expect 200 "\"name\":\"Jane Doe\".*\"email\":\"john.$run@example.com\".*\"age\":30" 'change the name alone'
send DELETE "/users/$user"
expect 204 '^$' 'delete a user'
send GET "/users/$user"
expect 404 "\"detail\":\"User with ID $user not found\"" 'a missing id'
send POST /users/ '{"name":"John Doe","email":"not an address"}'
expect 422 '"path":"/email"' 'a bad email address'

echo "== $users users, $at_a_time at a time"
create_one() {
  curl --silent --max-time 30 --output /dev/null --write-out "user $1  %{http_code}  %{time_total} s\n" \
    --header "Authorization: Bearer $token" --header 'Content-Type: application/json' \
    --data "{\"name\":\"User $1\",\"email\":\"user$1.$run@example.com\",\"age\":30}" "$url/users/"
}
export -f create_one
export url token run
SECONDS=0
answers=$(seq "$users" | xargs -P "$at_a_time" -I{} bash -c 'create_one {}') || true
printf '%s\n' "$answers"
status=$(grep -c '  201  ' <<< "$answers" || true)
body='of them with 201'
if [ "$status" != "$users" ]; then fail "$users users created"; fi
printf 'ok      %s users created in about %s s\n' "$users" "$SECONDS"
