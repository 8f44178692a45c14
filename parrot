#!/usr/bin/env bash
# Builds what is missing, then runs a command on this machine or hands it to a cluster.
set -euo pipefail

home="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)"

launcher_help() {
  cat <<'HELP'

The launcher's own options come before the command:
  --on MASTER        Submit to a cluster: yarn, spark://HOST:PORT, k8s://URL, local[N], or
                     cluster, the one that 'parrot cluster up' started.
  --profile FILE     Properties for the cluster (default: cluster-config/ by master).
  --deploy-mode MODE Where the driver runs: client (here, the default) or cluster.
  --dry-run          Print the command instead of running it.

Environment:
  PARROT_HEAP        Java heap (default 3g); matrices live beside it.
  PARROT_JAVA_OPTS   More options for Java.
  PARROT_THREADS     Threads where a command does not say (default: all cores).
  PARROT_CLUSTER     Folder of the cluster on this machine (default: .cluster).
  PARROT_JAR         Jar to submit, such as local:///opt/parrot/parrot.jar in an image.
  SPARK_HOME         Spark to submit with; k8s needs it (default: spark-submit of the
                     path, else the build's own, which knows yarn, spark:// and local).
HELP
}

die() {
  echo "parrot: $1" >&2
  exit "$2"
}

master="" profile="" mode="" dry_run=false
while [ $# -gt 0 ]; do
  case "$1" in
    --on) master="${2:-}"; [ -n "$master" ] || die "--on needs a master URL" 2; shift 2 ;;
    --on=*) master="${1#--on=}"; shift ;;
    --profile) profile="${2:-}"; [ -n "$profile" ] || die "--profile needs a file" 2; shift 2 ;;
    --profile=*) profile="${1#--profile=}"; shift ;;
    --deploy-mode) mode="${2:-}"; shift 2 || die "--deploy-mode needs client or cluster" 2 ;;
    --deploy-mode=*) mode="${1#--deploy-mode=}"; shift ;;
    --dry-run) dry_run=true; shift ;;
    *) break ;;
  esac
done
[ -z "$profile" ] || [ -f "$profile" ] || die "there is no profile $profile" 2
case "$mode" in "" | client | cluster) ;; *) die "--deploy-mode is client or cluster" 2 ;; esac

java="java"
[ -z "${JAVA_HOME:-}" ] || java="$JAVA_HOME/bin/java"
command -v "$java" >/dev/null || die "Java is missing: install a JDK 17 or set JAVA_HOME" 5
version="$("$java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p')"
[ "${version:-0}" -ge 17 ] || die "Java $version is too old: a JDK 17 is needed (set JAVA_HOME)" 5

# Java reads file names and arguments by the locale; without one, all but ASCII is lost.
case "$(locale charmap 2>/dev/null)" in
  UTF-8) ;;
  *) { export LC_ALL=C.UTF-8; } 2>/dev/null ;; # bash says where it is not installed
esac

# --- build -----------------------------------------------------------------------------------
module=jobs # what holds the command
[ "${1:-}" != bench ] || module=benchmarks
classpath_file="$home/$module/target/classpath.txt"
bundle="$home/jobs/target/parrot.jar"

stale() { # is $1 missing or older than a source?
  [ -f "$1" ] || return 0
  local modules=(datasets model jobs)
  [ "$module" = jobs ] || modules=(model "$module")
  [ -n "$(cd "$home" && find "${modules[@]/%//src/main}" pom.xml "${modules[@]/%//pom.xml}" \
    -newer "$1" -print -quit)" ]
}

build() { # $1: the file that is wanted, $2: why, $3...: more arguments for Maven
  local wanted="$1" what="$2"
  shift 2
  stale "$wanted" || return 0
  command -v mvn >/dev/null || die "Maven is missing, which is needed to build $what once" 5
  mkdir -p "$home/$module/target"
  exec 9>"$home/$module/target/.build-lock"
  flock 9 # another parrot may be building
  if stale "$wanted"; then
    echo "parrot: building $what ..." >&2
    (cd "$home" && mvn -q -DskipTests -Dspotless.check.skip=true -pl "$module" -am "$@" package) \
      >&2 9>&- || die "the build failed; 'mvn -DskipTests package' in $home shows why" 5
    touch "$wanted"
  fi
  exec 9>&-
}

# --- Java ------------------------------------------------------------------------------------
flags=()
while read -r flag; do
  flags+=("$flag")
done < <(sed -n '/<jvm.flags>/,/<\/jvm.flags>/s/^ *\(--[^ ]*\) *$/\1/p' "$home/pom.xml")
# Java warns of the Vector API if it loads it at its start; parrot.jobs.Main loads it silently.
[ "$module" != jobs ] ||
  flags=("${flags[@]/#--add-modules=*/--add-exports=java.base/jdk.internal.module=ALL-UNNAMED}")

print_command() {
  printf '%q ' "$@"
  echo
}

run_or_print() {
  if $dry_run; then print_command "$@"; else exec "$@"; fi
}

# Commands share the cores out among their replicas, with threads of their own; OpenMP's would wait
# for each other by spinning.
export PARROT_THREADS="${PARROT_THREADS:-${OMP_NUM_THREADS:-$(nproc)}}"
export OMP_NUM_THREADS="${OMP_NUM_THREADS:-1}"
export OMP_WAIT_POLICY="${OMP_WAIT_POLICY:-passive}"
export GOMP_SPINCOUNT="${GOMP_SPINCOUNT:-10000}"
# Fresh pages are slow: let native libraries keep what they freed. (NativeEnvironment.java lists the
# same; train and evaluate warn where other values stand.)
export MALLOC_ARENA_MAX="${MALLOC_ARENA_MAX:-1}"
export MALLOC_MMAP_MAX_="${MALLOC_MMAP_MAX_:-0}"
export MALLOC_TRIM_THRESHOLD_="${MALLOC_TRIM_THRESHOLD_:-17179869184}"
export MALLOC_TOP_PAD_="${MALLOC_TOP_PAD_:-67108864}"

spark_home() { # the build's own, from the jars that a cluster has
  mkdir -p "$home/jobs/target/spark-home"
  ln -sfn ../provided "$home/jobs/target/spark-home/jars"
}

# --- on a cluster ----------------------------------------------------------------------------
if [ -n "$master" ]; then
  [ "$module" = jobs ] || die "bench runs on this machine alone: leave --on out" 2
  cluster="${PARROT_CLUSTER:-$home/.cluster}"
  if [ "$master" = cluster ]; then
    [ -f "$cluster/cluster.conf" ] ||
      die "there is no cluster in $cluster: start one with 'parrot cluster up'" 2
    profile="${profile:-$cluster/cluster.conf}"
    master="$(sed -n 's/^spark.master *//p' "$cluster/cluster.conf" | tail -1)"
    export HADOOP_CONF_DIR="$cluster/client"
  fi
  case "$master" in
    yarn | yarn-* | local | local\[* | spark://* | k8s://*) ;;
    *) die "there is no master $master: give yarn, spark://HOST:PORT, k8s://URL or local[N]" 2 ;;
  esac
  if ! $dry_run && [ -z "${SPARK_HOME:-}" ] && ! command -v spark-submit >/dev/null; then
    case "$master" in
      k8s:*) die "the build brings no Spark for $master: set SPARK_HOME" 5 ;;
    esac
  fi
  if [ -n "${PARROT_JAR:-}" ]; then
    bundle="$PARROT_JAR"
  elif ! $dry_run; then
    build "$bundle" "the jar for clusters (once; a few minutes)"
  fi
  if [ -z "$profile" ]; then
    case "$master" in
      yarn*) profile="$home/cluster-config/yarn.conf" ;;
      k8s:*) profile="$home/cluster-config/kubernetes.conf" ;;
      spark:*) profile="$home/cluster-config/standalone.conf" ;;
      *) profile="$home/cluster-config/local.conf" ;;
    esac
  fi
  if [ -n "${SPARK_HOME:-}" ]; then
    submit=("$SPARK_HOME/bin/spark-submit")
  elif command -v spark-submit >/dev/null; then
    submit=(spark-submit)
  else
    # What spark-submit runs, from the jars of the build. Workers on this machine need a home too.
    export SPARK_HOME="$home/jobs/target/spark-home" SPARK_SCALA_VERSION=2.12
    $dry_run || spark_home
    # The driver is this very process: the profile's memory and options come too late for it.
    # shellcheck disable=SC2206 # options are words
    submit=("$java" "${flags[@]}" "-Xmx${PARROT_HEAP:-3g}" ${PARROT_JAVA_OPTS:-}
      -Dorg.bytedeco.javacpp.maxBytes=0 -Dorg.bytedeco.javacpp.maxPhysicalBytes=0
      "-Dlog4j2.configurationFile=$home/jobs/src/main/resources/log4j2.properties"
      -cp "${HADOOP_CONF_DIR:+$HADOOP_CONF_DIR:}$home/jobs/target/provided/*"
      org.apache.spark.deploy.SparkSubmit)
  fi
  [ -z "$mode" ] || submit+=(--deploy-mode "$mode")
  run_or_print "${submit[@]}" --master "$master" --properties-file "$profile" \
    --class parrot.jobs.Main "$bundle" "$@"
  exit 0
fi

# --- on this machine -------------------------------------------------------------------------
case "${1:-} ${2:-}" in
  "cluster up" | "cluster start") # workers need what is submitted to them
    if ! $dry_run; then
      build "$bundle" "the jar for clusters (once; a few minutes)"
      spark_home
    fi
    ;;
esac
$dry_run || build "$classpath_file" "the program (once; a minute or two)" -Dbundle.skip=true

terminal=false
[ ! -t 2 ] || terminal=true
version="$(sed -n 's:^  <version>\(.*\)</version>:\1:p' "$home/pom.xml" | head -1)"
classpath="$home/$module/target/$module-$version.jar:$(cat "$classpath_file" 2>/dev/null || true)"

if [ "$module" = benchmarks ]; then
  shift
  main=parrot.benchmarks.Main
else
  [ $# -gt 0 ] || set -- --help
  main=parrot.jobs.Main
fi
help=false
for word in "$@"; do
  case "$word" in -h | --help) help=true ;; esac
done
if $help; then # needs none of the flags
  status=0
  "$java" -XX:TieredStopAtLevel=1 -cp "$classpath" "$main" "$@" || status=$?
  case "$module $1" in "jobs -"*) launcher_help ;; esac
  exit "$status"
fi
# Steps make little garbage, so collections are rare and find the memory they walk through cold. One
# that works beside the steps takes no time from them; all of its pages are there from the start.
collector=(-XX:+UseParallelGC)
case "$main ${1:-}" in
  parrot.benchmarks.Main* | *" train")
    collector=(-XX:+UseZGC -XX:-UseDynamicNumberOfGCThreads -XX:ConcGCThreads=1
      "-Xms${PARROT_HEAP:-3g}" -XX:-ZUncommit -XX:+AlwaysPreTouch)
    ;;
esac
# shellcheck disable=SC2086 # options are words
run_or_print "$java" "${flags[@]}" "-Xmx${PARROT_HEAP:-3g}" "${collector[@]}" \
  -Djava.awt.headless=true -Dfile.encoding=UTF-8 "-Dparrot.terminal=$terminal" "-Dparrot.home=$home" \
  -Dorg.bytedeco.javacpp.maxBytes=0 -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 \
  ${PARROT_JAVA_OPTS:-} -cp "$classpath" "$main" "$@"
