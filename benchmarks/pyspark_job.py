"""The same job in PySpark, for comparison where PySpark and Java are installed.

python -m benchmarks.pyspark_job LANDING OUT
"""

import sys
from pathlib import Path


def run(landing: Path, out: Path) -> None:
    """Read `landing/listening`, write four Parquet folders into `out`."""
    from pyspark.sql import SparkSession, Window
    from pyspark.sql import functions as f

    spark = (
        SparkSession.builder.master("local[2]")
        .config("spark.driver.memory", "8g")
        .config("spark.sql.shuffle.partitions", "16")
        .config("spark.ui.enabled", "false")
        .getOrCreate()
    )
    users = spark.read.csv(
        str(landing / "listening/users/users.csv"),
        header=True,
        schema="user_id bigint, country string, total_scrobbles bigint",
    )
    lists = spark.read.csv(
        str(landing / "listening/user_top_artists/user_top_artists.csv"),
        header=True,
        escape='"',
        schema="user_id bigint, rank int, artist_name string, playcount bigint,"
        " mbid string",
    )
    users.write.mode("overwrite").parquet(str(out / "users"))
    lists.write.mode("overwrite").parquet(str(out / "lists"))
    pairs = (
        spark.read.parquet(str(out / "lists"))
        .join(spark.read.parquet(str(out / "users")), "user_id", "left")
        .groupBy(f.coalesce("country", f.lit("ZZ")).alias("country"), "artist_name")
        .agg(f.sum("playcount").cast("double").alias("total_playcount"))
        .cache()
    )
    in_country = Window.partitionBy("country")
    per_artist = Window.partitionBy("artist_name")
    pairs.withColumn(
        "rank", f.rank().over(in_country.orderBy(f.desc("total_playcount")))
    ).write.mode("overwrite").parquet(str(out / "artist_rank_in_country"))
    pairs.withColumn(
        "normalized_popularity",
        f.col("total_playcount") / f.sum("total_playcount").over(in_country),
    ).withColumn(
        "rank", f.rank().over(per_artist.orderBy(f.desc("normalized_popularity")))
    ).write.mode("overwrite").parquet(str(out / "country_rank_per_artist"))
    spark.stop()


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]))
