@NullMarked
package dev.windlass.workqueue;

import org.jspecify.annotations.NullMarked;
