/** Runs the benchmarks beside their peers and writes down what was measured. */
@org.jspecify.annotations.NullMarked
package dev.windlass.benchmarks.suite;
