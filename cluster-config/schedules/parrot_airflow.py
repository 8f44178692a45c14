"""Preprocessing, training and evaluation every week, for Airflow 2.4 and later.

The scripts try again what may go away by itself. Airflow starts a task again once, because its
worker may die: preprocessing writes nothing if nothing changed, training and evaluation go on.
"""

from datetime import datetime, timedelta

from airflow import DAG

try:
    from airflow.providers.standard.operators.bash import BashOperator
except ImportError:  # Airflow 2
    from airflow.operators.bash import BashOperator

SCHEDULES = "/opt/parrot/cluster-config/schedules"

with DAG(
    dag_id="parrot_weekly",
    schedule="15 4 * * 6",
    start_date=datetime(2025, 1, 4),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 1, "retry_delay": timedelta(minutes=2)},
) as dag:
    preprocess = BashOperator(
        task_id="preprocess",
        bash_command=f"{SCHEDULES}/preprocess-nightly hdfs:///parrot/shards/instruct",
        append_env=True,
    )
    train = BashOperator(
        task_id="train_and_evaluate",
        bash_command=f"{SCHEDULES}/train-weekly /etc/parrot/instruct.yaml"
        " hdfs:///parrot/runs hdfs:///parrot/scores",
        # The week of the schedule, so that a retry after midnight on Sunday goes on with it.
        env={"WEEK": "{{ data_interval_end.strftime('%G-W%V') }}"},
        append_env=True,
    )
    preprocess >> train
