/** The code that the pages under {@code docs/} show, compiled against the public API and run. */
@org.jspecify.annotations.NullMarked
package dev.windlass.docs;
