/**
 * The proof that the classes of a module are gone: a watch over class loaders that are to go, the search for what holds one in a dump
 * of the heap, and the cleaning up of what a module leaves in the JVM.
 */
@NullMarked
package dev.windlass.modules.internal.proof;

import org.jspecify.annotations.NullMarked;
