#!/bin/bash
# Speaks as much of a Chromium's protocol as a page needs. Beside the name that it is started by lie `heard`, the names of what it was
# asked, and, as the tests make them, `silent`, the names of what it does not answer, `gate`, a pipe that holds up new pages, and
# `slow`, by which it writes on when its server is gone, for as long as it finds its profile.
here="${0%/*}"
for argument in "$@"; do
    case "$argument" in --user-data-dir=*)
        profile="${argument#*=}"
        mkdir -p "$profile" && echo kept >"$profile/Cookies"
        ;;
    esac
done
seen='{"state":"complete","url":"http://a.example/","title":"A page","text":"Words","refs":0,"total_chars":5,"hidden":[]}'
while IFS= read -r -d '' asked <&3; do
    [[ $asked =~ \"id\":([0-9]+) ]] && id="${BASH_REMATCH[1]}"
    [[ $asked =~ \"method\":\"([A-Za-z.]+)\" ]] && method="${BASH_REMATCH[1]}"
    [[ $asked =~ \"browserContextId\":\"([a-z0-9-]+)\" ]] && apart=" ${BASH_REMATCH[1]}" || apart=''
    echo "$method$apart" >>"$here/heard"
    case " $(<"$here/silent") " in *" $method "*) continue ;; esac
    [ "$method" = Target.createBrowserContext ] && [ -p "$here/gate" ] && read -r <"$here/gate"
    case "$method" in
    Target.createBrowserContext) result="{\"browserContextId\":\"context-$id\"}" ;;
    Target.createTarget) result='{"targetId":"page"}' ;;
    Target.attachToTarget) result='{"sessionId":"session"}' ;;
    Page.createIsolatedWorld) result='{"executionContextId":1}' ;;
    Runtime.callFunctionOn) result="{\"result\":{\"value\":$seen}}" ;;
    *) result='{}' ;;
    esac
    printf '{"id":%s,"result":%s}\0' "$id" "$result" >&4
    [ "$method" = Browser.close ] && exit 0
done
[ -e "$here/slow" ] || exit 0
for ((number = 0; number < 1000000; number++)); do
    echo late 2>/dev/null >"$profile/$number" || exit 0
done
