/**
 * Files that may live on a local disk or in HDFS: opening a file system with a clear error when it
 * is not there, and publishing a folder so that a reader sees all of it or nothing. Knows nothing
 * of what the files hold.
 */
package parrot.datasets.storage;
