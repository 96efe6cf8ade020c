@NullMarked
package dev.windlass.examples.website;

import org.jspecify.annotations.NullMarked;
