/** Objects as rows of a table: the columns that kubectl prints. */
@NullMarked
package dev.windlass.apiserver.internal.table;

import org.jspecify.annotations.NullMarked;
