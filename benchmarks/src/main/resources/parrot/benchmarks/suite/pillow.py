"""What a data team would write with Pillow: rows with images to shards, one process for each core.

pillow.py ROWS.jsonl IMAGES TOKENIZER.json OUT CORES SIZE

Prints a line of JSON at the end: rows and the versions of what was used.
"""

import hashlib
import io
import json
import multiprocessing
import os
import random
import re
import struct
import sys

import PIL
from PIL import Image

try:
    import pyarrow
    import pyarrow.parquet
except ImportError:
    pyarrow = None
try:
    import tokenizers
except ImportError:
    tokenizers = None

MEAN = (122, 116, 104)
GROUP = 96
IGNORED = -100
IMAGE = -200


def pixels(path, size):
    with open(path, "rb") as file:
        image = Image.open(io.BytesIO(file.read())).convert("RGB")
    side = max(image.size)
    square = Image.new("RGB", (side, side), MEAN)
    square.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    return square.resize((size, size), Image.BICUBIC).tobytes()


def tokenizer(path):
    if tokenizers is not None:
        made = tokenizers.Tokenizer.from_file(path)
        return lambda text: made.encode(text, add_special_tokens=False).ids
    words = re.compile(r"\w+|\W")
    return lambda text: [len(word) for word in words.findall(text)]


def example(row, images, encode, size):
    ids, labels = [], []
    for turn in row["conversations"]:
        answers = turn["from"] == "gpt"
        name = "assistant" if answers else "user"
        new = encode("<|im_start|>" + name + "\n")
        labels += [IGNORED] * len(new)
        ids += new
        text = turn["value"]
        if text.startswith("<image>"):
            ids.append(IMAGE)
            labels.append(IGNORED)
            text = text[len("<image>") :]
        new = encode(text + "<|im_end|>\n")
        ids += new
        labels += new if answers else [IGNORED] * len(new)
    image = pixels(os.path.join(images, row["image"]), size)
    content = hashlib.sha256(image)
    content.update(json.dumps(row["conversations"]).encode())
    return {
        "id": row["id"],
        "language": "en",
        "token_ids": ids,
        "labels": labels,
        "picture_size": size,
        "pixels": image,
        "content": content.digest(),
    }


class ParquetShard:
    def __init__(self, path):
        self.path = path
        self.writer = None

    def write(self, rows):
        table = pyarrow.Table.from_pylist(rows)
        if self.writer is None:
            self.writer = pyarrow.parquet.ParquetWriter(
                self.path, table.schema, compression="zstd", use_dictionary=["language"]
            )
        self.writer.write_table(table)

    def close(self):
        if self.writer is not None:
            self.writer.close()


class PlainShard:
    def __init__(self, path):
        self.file = open(path, "wb")

    def write(self, rows):
        for row in rows:
            ids, labels = row["token_ids"], row["labels"]
            self.file.write(struct.pack("<%di" % (2 * len(ids)), *ids, *labels))
            self.file.write(row["pixels"])

    def close(self):
        self.file.close()


def shard(work):
    number, lines, images, tokenizer_file, out, size = work
    encode = tokenizer(tokenizer_file)
    path = os.path.join(out, "part-%05d" % number)
    written = (PlainShard if pyarrow is None else ParquetShard)(path)
    seen, group = set(), []
    for line in lines:
        row = example(json.loads(line), images, encode, size)
        if row["content"] not in seen:
            seen.add(row.pop("content"))
            group.append(row)
        if len(group) == GROUP:
            written.write(group)
            group = []
    if group:
        written.write(group)
    written.close()
    checksum = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            checksum.update(block)
    return len(seen), checksum.hexdigest()


def main():
    rows, images, tokenizer_file, out, cores, size = sys.argv[1:]
    cores = int(cores)
    os.makedirs(out, exist_ok=True)
    with open(rows, encoding="utf-8") as file:
        lines = file.readlines()
    random.Random(1).shuffle(lines)
    work = [(i, lines[i::cores], images, tokenizer_file, out, int(size)) for i in range(cores)]
    with multiprocessing.Pool(cores) as pool:
        done = pool.map(shard, work, chunksize=1)
    versions = {"Python": sys.version.split()[0], "Pillow": PIL.__version__}
    if pyarrow is not None:
        versions["pyarrow"] = pyarrow.__version__
    if tokenizers is not None:
        versions["tokenizers"] = tokenizers.__version__
    print(json.dumps({"rows": sum(count for count, _ in done), "versions": versions}))


if __name__ == "__main__":
    main()
