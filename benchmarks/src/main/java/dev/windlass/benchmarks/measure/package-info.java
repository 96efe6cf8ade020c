/** How a program measures itself, shared with the Java peers. */
@org.jspecify.annotations.NullMarked
package dev.windlass.benchmarks.measure;
