/** What the tests of the command load as a module. */
@NullMarked
package com.example.till;

import org.jspecify.annotations.NullMarked;
