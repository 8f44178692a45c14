#!/usr/bin/env bash
# Finds Java, builds what is missing, then runs a command on this machine or submits it to a cluster.
set -euo pipefail
home="$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
config="$home/cluster-config"

die() { # $1: message, $2: exit code
  echo "parrot: $1" >&2
  exit "$2"
}

master="" profile="" mode="" dry_run=false
while [ $# -gt 0 ]; do
  case "$1" in
    --on=* | --profile=* | --deploy-mode=*) set -- "${1%%=*}" "${1#*=}" "${@:2}" ;;
    --on) master="${2:-}"; [ -n "$master" ] || die "--on needs a master URL" 2; shift 2 ;;
    --profile) profile="${2:-}"; [ -f "$profile" ] || die "there is no profile $profile" 2; shift 2 ;;
    --deploy-mode)
      mode="${2:-}"
      [[ "$mode" =~ ^(client|cluster)$ ]] || die "--deploy-mode is client or cluster" 2
      shift 2
      ;;
    --dry-run) dry_run=true; shift ;;
    *) break ;;
  esac
done

[ $# != 0 ] || set -- --help
wants_help=false
for word in "$@"; do [[ ! "$word" =~ ^(-h|--help)$ ]] || wants_help=true; done

# --- Java ------------------------------------------------------------------------------------
java="${JAVA_HOME:+$JAVA_HOME/bin/}java"
command -v "$java" >/dev/null || die "Java is missing: install a JDK 17 or set JAVA_HOME" 5
version="$("$java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p')"
[ "${version:-0}" -ge 17 ] || die "Java $version is too old: a JDK 17 is needed (set JAVA_HOME)" 5

# Java reads file names and arguments by the locale, and needs UTF-8 for those outside ASCII.
if [ "$(locale charmap 2>/dev/null)" != UTF-8 ]; then
  { export LC_ALL=C.UTF-8; } 2>/dev/null # bash complains if it is not installed
fi

# Commands share PARROT_THREADS out among their replicas.
export PARROT_THREADS="${PARROT_THREADS:-${OMP_NUM_THREADS:-$(nproc)}}"
while IFS='=' read -r name value; do
  [ -n "${!name:-}" ] || export "$name=$value"
done < <(grep '^[A-Z]' "$config/native.env")

heap="${PARROT_HEAP:-3g}"
read -ra own <<<"${PARROT_JAVA_OPTS:-}"

# Submits to Spark's own cluster, whose spark-submit ends with 0 whatever becomes of the driver.
follow() {
  local words state status=0
  words="$(mktemp)"
  "$@" 2>&1 | tee "$words" || status=$?
  state="$(sed -n 's/.*State of driver [^ ]* is \([A-Z]*\).*/\1/p' "$words" | tail -1)"
  rm -f "$words"
  [ $status = 0 ] || exit $status
  case "$state" in
    FINISHED) exit 0 ;;
    '') die "how the driver ended is not known: look at the page of $master" 5 ;;
    *) die "the driver ended as $state: its log, which the page of $master links, says why" 1 ;;
  esac
}

run() {
  $dry_run || exec "$@"
  printf '%q ' "$@"
  echo
}

# --- build -----------------------------------------------------------------------------------
module=jobs main=parrot.jobs.Main
if [ "${1:-}" = bench ]; then
  module=benchmarks main=parrot.benchmarks.Main
  heap="${PARROT_HEAP:-512m}" # the processes that it measures have heaps of their own
  shift
elif [ "${1:-}" = study ]; then
  module=benchmarks main=parrot.benchmarks.study.StudyCommand
  heap=512m # its steps are processes of their own
  shift
fi
target="$home/$module/target"
bundle="$home/jobs/target/parrot.jar"

stale() { # is file $1 missing or older than a source?
  [ ! -f "$1" ] || [ -n "$(cd "$home" &&
    find pom.xml {datasets,model,"$module"}/{pom.xml,src/main} -newer "$1" -print -quit)" ]
}

build() { # $1: file, $2: what it is, $3...: more arguments for Maven
  if $dry_run || ! stale "$1"; then return; fi
  command -v mvn >/dev/null || die "Maven is missing, which is needed to build $2 once" 5
  mkdir -p "$target"
  exec 9>"$target/.build-lock"
  flock 9 # another parrot may be building
  if stale "$1"; then
    echo "parrot: building $2 ..." >&2
    (cd "$home" &&
      mvn -B -q -DskipTests -Dspotless.check.skip=true -pl "$module" -am "${@:3}" package) >&2 9>&- ||
      die "the build failed; 'mvn -DskipTests package' in $home shows why" 5
    touch "$1"
  fi
  exec 9>&-
}

build_bundle() { build "$bundle" "the jar for clusters (once; a few minutes)"; }

# --- on a cluster ----------------------------------------------------------------------------
if [ -n "$master" ] && ! $wants_help; then
  [ "$module" = jobs ] || die "bench and study run on this machine alone: leave --on out" 2
  if [ "$master" = cluster ]; then
    cluster="${PARROT_CLUSTER:-$home/.cluster}"
    [ -f "$cluster/cluster.conf" ] ||
      die "there is no cluster in $cluster: start one with 'parrot cluster up'" 2
    profile="${profile:-$cluster/cluster.conf}"
    master="$(sed -n 's/^spark.master *//p' "$cluster/cluster.conf" | tail -1)"
    export HADOOP_CONF_DIR="$cluster/client"
  fi
  case "$master" in
    yarn | yarn-*) kind=yarn ;;
    spark://*) kind=standalone ;;
    k8s://*) kind=kubernetes ;;
    local | local\[*) kind=local ;;
    *) die "there is no master $master: give yarn, spark://HOST:PORT, k8s://URL or local[N]" 2 ;;
  esac
  hadoop="${HADOOP_CONF_DIR:-${YARN_CONF_DIR:-}}"
  if [ $kind = yarn ] && ! $dry_run; then
    [ -n "$hadoop" ] || die "YARN is found by its configuration: set HADOOP_CONF_DIR to its folder" 5
    [ -f "$hadoop/yarn-site.xml" ] || die "there is no yarn-site.xml in HADOOP_CONF_DIR, $hadoop" 5
  fi
  for word in "$@"; do
    case "$mode $word" in
      *://* | "cluster file:"*) ;;
      "cluster "*.yaml | "cluster "*.yml)
        die "with --deploy-mode cluster the driver runs on a machine that cannot read $word here:\
 put the file into HDFS, or leave --deploy-mode out" 2
        ;;
    esac
  done
  if [ -n "${SPARK_HOME:-}" ]; then
    submit=("$SPARK_HOME/bin/spark-submit")
  elif command -v spark-submit >/dev/null; then
    submit=(spark-submit)
  else
    [ $kind != kubernetes ] || die "the build brings no Spark for $master: set SPARK_HOME" 5
    export SPARK_HOME="$home/jobs/target/spark-home" SPARK_SCALA_VERSION=2.12
    # In client mode the driver is this process, so the profile's options come too late for it.
    submit=("$java" "@$config/jvm.options" "-Xmx$heap" "${own[@]}"
      "-Dlog4j2.configurationFile=$home/jobs/src/main/resources/log4j2.properties"
      -cp "${hadoop:+$hadoop:}$SPARK_HOME/jars/*"
      org.apache.spark.deploy.SparkSubmit)
  fi
  [ -n "${PARROT_JAR:-}" ] || build_bundle
  submit+=(${mode:+--deploy-mode "$mode"} --master "$master"
    --properties-file "${profile:-$config/$kind.conf}" --class parrot.jobs.Main)
  if [ "$kind $mode" = "standalone cluster" ]; then
    submit+=(--conf spark.standalone.submit.waitAppCompletion=true)
    $dry_run || follow "${submit[@]}" "${PARROT_JAR:-$bundle}" "$@"
  fi
  run "${submit[@]}" "${PARROT_JAR:-$bundle}" "$@"
  exit
fi

# --- on this machine -------------------------------------------------------------------------
# Workers run what is submitted.
[[ ! "${1:-} ${2:-} $wants_help" =~ ^cluster\ (up|start)\ false$ ]] || build_bundle
build "$target/classpath.txt" "the program (once; a minute or two)" -Dbundle.skip=true
classpath="$target/$module.jar:$(cat "$target/classpath.txt" 2>/dev/null || true)"

if $wants_help; then # needs no options, and starts faster without
  "$java" -XX:TieredStopAtLevel=1 -cp "$classpath" "$main" "$@" || exit
  [[ "$module $1" != "jobs -"* ]] || cat "$config/launcher-help.txt"
  exit
fi
collector=(-XX:+UseParallelGC)
[ "$module ${1:-}" != "jobs train" ] || collector=("@$config/train-gc.options" "-Xms$heap")
[ -t 2 ] && terminal=true || terminal=false
run "$java" "@$config/jvm.options" "-Xmx$heap" "${collector[@]}" "${own[@]}" \
  "-Dparrot.terminal=$terminal" "-Dparrot.home=$home" -cp "$classpath" "$main" "$@"
