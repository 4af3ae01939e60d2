#!/bin/sh
# sbatch, squeue, scancel and scontrol of a cluster on which nothing ever runs. Links of these names lead here from
# STATE/bin; STATE/calls has every call, STATE/queue a line a job: its name, and what squeue says of it.
# STATE/sbatch.sh, where it is there, is what sbatch does first, and so for the others.
PATH=/usr/bin:/bin
here=${0%/bin/*}
name=${0##*/}
echo "$name $*" >>"$here/calls"
for last; do :; done

# Puts the script into the queue and says its number.
accept() {
  number=$(($(cat "$here/number") + 1))
  echo "$number" >"$here/number"
  tasks=$(sed -n 's/^#SBATCH --array=//p' "$last")
  job=$(sed -n 's/^#SBATCH --job-name=//p' "$last")
  echo "$job|$number${tasks:+_[$tasks]}|PENDING|Priority||$last" >>"$here/queue"
  echo "$number"
}

list() {
  for word; do
    case $word in --name=*) names=${word#--name=} ;; esac
  done
  echo "$names" | tr , '\n' | while read -r job; do
    sed -n "s/^$job|//p" "$here/queue"
  done
}

[ -e "$here/$name.sh" ] && . "$here/$name.sh"
case $name in
sbatch) accept ;;
squeue) list "$@" ;;
scancel)
  for job; do
    # Of jobs of a name those that wait, else a job, whatever it does.
    case $job in
    --state=PENDING) continue ;;
    --name=*) sed "s/^\(${job#--name=}|[^|]*|\)PENDING|/\1CANCELLED|/" "$here/queue" >"$here/queue.new" ;;
    *) sed "s/^\([^|]*|$job\(_[^|]*\)\{0,1\}|\)[A-Z]*|/\1CANCELLED|/" "$here/queue" >"$here/queue.new" ;;
    esac
    mv "$here/queue.new" "$here/queue"
  done
  ;;
scontrol) printf 'MaxArraySize            = %s\nMinJobAge               = 300 sec\n' "$(cat "$here/limit")" ;;
esac
