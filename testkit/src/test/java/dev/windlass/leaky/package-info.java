@NullMarked
package dev.windlass.leaky;

import org.jspecify.annotations.NullMarked;
