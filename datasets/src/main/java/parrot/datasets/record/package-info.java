/**
 * What a row of JSON says, whatever its keys are called: turns, system text, image, language. No
 * files, no tokens. Rules about the order of turns belong to {@code conversation}.
 */
package parrot.datasets.record;
