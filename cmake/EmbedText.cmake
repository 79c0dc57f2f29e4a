# Turns the text file IN into a C++ raw string literal in OUT.
file(READ ${IN} text)
string(LENGTH "${text}" length)
# Compilers limit one literal's length; adjacent literals are joined. Each ends
# with a line, so that no character is cut.
set(result "")
set(position 0)
while(position LESS length)
  string(SUBSTRING "${text}" ${position} 8000 piece)
  string(FIND "${piece}" "\n" last REVERSE)
  math(EXPR size "${last} + 1")
  string(SUBSTRING "${text}" ${position} ${size} piece)
  string(APPEND result "R\"tongguan(${piece})tongguan\"\n")
  math(EXPR position "${position} + ${size}")
endwhile()
file(WRITE ${OUT} "${result}")
