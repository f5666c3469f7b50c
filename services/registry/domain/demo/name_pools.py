"""Surnames and given names the demo residents are drawn from, with their readings.

A token is a Chinese character, for Korean names its Hangul reading as written in China (리, 림, 룡:
no initial sound law), and its pinyin. Pools differ by sex and by the years in which names were in
fashion. The readings stand here because the domain has no dictionary; a test compares them with
`use_cases/romanise.py`.
"""

import re
from bisect import bisect
from typing import Final, NamedTuple, TypeAlias

Reading: TypeAlias = tuple[str, str, str]
"""Characters, Hangul ("" for Chinese names), pinyin syllables separated by blanks."""

ERAS: Final = (1950, 1970, 1990, 2010)
"""First years of the second and later eras."""

_TABLE_SIZE: Final = 1000
_TOKEN: Final = re.compile(r"([㐀-鿿])([가-힣]?)([a-z]+)(?::(\d+))?")

_HAN_SURNAMES: Final = """
王wang:100 李li:90 张zhang:88 刘liu:70 孙sun:36 赵zhao:32 杨yang:30 陈chen:28 于yu:26 徐xu:21
高gao:20 马ma:18 宋song:16 姜jiang:15 周zhou:15 吴wu:14 郭guo:13 朱zhu:12 林lin:10 曲qu:10 韩han:10
丁ding:9 田tian:9 胡hu:9 冯feng:8 董dong:8 吕lv:7 谭tan:5 邹zou:6 史shi:5 孟meng:5 潘pan:5 崔cui:6
曹cao:6 许xu:6 郑zheng:6 何he:5 梁liang:5 任ren:5 范fan:4 石shi:4 车che:3 迟chi:3 初chu:2 单shan:3
解xie:2 曾zeng:2 鲁lu:3 尹yin:3 纪ji:3 苏su:3 魏wei:4 谢xie:3 唐tang:3 邢xing:3 宫gong:3 姚yao:3
"""
_KOREAN_SURNAMES: Final = """
金김jin:220 李리li:150 朴박piao:90 崔최cui:80 郑정zheng:40 姜강jiang:30 张장zhang:28 许허xu:25
林림lin:21 韩한han:20 全전quan:20 吴오wu:19 尹윤yin:19 赵조zhao:18 徐서xu:18 南남nan:15 黄황huang:15
安안an:15 方방fang:12 玄현xuan:11 申신shen:11 文문wen:11 权권quan:10 宋송song:8 洪홍hong:7 池지chi:6
车차che:6 孙손sun:6 朱주zhu:6 柳류liu:5 严엄yan:5 沈심shen:5 高고gao:5 白백bai:5 太태tai:4
元원yuan:4 俞유yu:4 卢로lu:4 蔡채cai:4 石석shi:4 裴배pei:4 廉렴lian:3 孔공kong:3 罗라luo:3
千천qian:4 咸함xian:3
"""
_MANCHU_SURNAMES: Final = """
关guan:30 佟tong:16 赵zhao:14 那na:10 富fu:8 白bai:8 王wang:10 张zhang:8 李li:8 郎lang:5 何he:5
"""
_HUI_SURNAMES: Final = "马ma:40 白bai:12 杨yang:12 丁ding:8 金jin:8 王wang:10 张zhang:8 李li:8"

# era → (first characters, second characters); "-" among the second means a given name of one.
_HAN_MALE: Final = (
    (
        "德de福fu国guo玉yu振zhen文wen永yong殿dian万wan长chang",
        "才cai山shan林lin堂tang祥xiang海hai财cai生sheng发fa贵gui云yun武wu",
    ),
    (
        "建jian国guo志zhi卫wei永yong立li新xin跃yue洪hong春chun庆qing宝bao",
        "国guo军jun民min华hua强qiang平ping东dong明ming林lin山shan江jiang义yi",
    ),
    (
        "伟wei志zhi海hai晓xiao立li永yong春chun洪hong金jin玉yu明ming",
        "-强qiang涛tao军jun波bo鹏peng刚gang东dong明ming龙long峰feng亮liang",
    ),
    (
        "子zi宇yu浩hao俊jun天tian佳jia明ming泽ze鑫xin一yi",
        "-轩xuan航hang鑫xin博bo然ran杰jie宇yu豪hao阳yang鹏peng辰chen",
    ),
    (
        "沐mu子zi奕yi梓zi浩hao一yi俊jun宇yu嘉jia景jing",
        "宸chen轩xuan泽ze睿rui辰chen然ran诺nuo恒heng霖lin铭ming阳yang",
    ),
)
_HAN_FEMALE: Final = (
    (
        "桂gui玉yu秀xiu淑shu凤feng素su兰lan金jin月yue翠cui",
        "兰lan英ying芝zhi珍zhen琴qin荣rong芳fang云yun香xiang清qing华hua",
    ),
    (
        "桂gui秀xiu丽li玉yu淑shu艳yan亚ya春chun晓xiao金jin凤feng",
        "兰lan华hua英ying梅mei红hong霞xia杰jie清qing芬fen荣rong玲ling",
    ),
    (
        "丽li艳yan海hai晓xiao红hong春chun雪xue立li玉yu冬dong",
        "-娜na静jing敏min晶jing玲ling丹dan霞xia梅mei颖ying英ying杰jie",
    ),
    (
        "雨yu欣xin思si佳jia梦meng雪xue诗shi嘉jia子zi美mei",
        "-涵han怡yi瑶yao婷ting琪qi彤tong萌meng宁ning慧hui雯wen琳lin",
    ),
    (
        "梓zi语yu诗shi一yi可ke若ruo欣xin芷zhi沐mu雨yu",
        "涵han萱xuan汐xi彤tong晨chen琪qi瑶yao诺nuo菲fei桐tong妍yan",
    ),
)
_KOREAN_MALE: Final = (
    (
        "昌창chang东동dong龙룡long万만wan吉길ji仁인ren相상xiang炳병bing泰태tai在재zai",
        "洙수zhu植식zhi燮섭xie学학xue律률lv善선shan浩호hao范범fan根근gen锡석xi",
    ),
    (
        "成성cheng光광guang哲철zhe永영yong春춘chun虎호hu日일ri学학xue东동dong文문wen",
        "哲철zhe洙수zhu男남nan日일ri浩호hao国국guo龙룡long云운yun植식zhi根근gen",
    ),
    (
        "哲철zhe成성cheng光광guang龙룡long勇용yong京경jing永영yong虎호hu明명ming红홍hong",
        "洙수zhu浩호hao日일ri男남nan国국guo哲철zhe范범fan军군jun峰봉feng林림lin",
    ),
    (
        "俊준jun贤현xian成성cheng智지zhi泰태tai恩은en在재zai宇우yu民민min贤현xian",
        "赫혁he浩호hao宇우yu民민min勋훈xun贤현xian俊준jun镐호hao哲철zhe圭규gui",
    ),
    (
        "俊준jun智지zhi瑞서rui宇우yu恩은en泰태tai民민min贤현xian时시shi",
        "赫혁he浩호hao宇우yu勋훈xun贤현xian俊준jun润윤run硕석shuo圭규gui",
    ),
)
_KOREAN_FEMALE: Final = (
    (
        "顺순shun福복fu玉옥yu贞정zhen今금jin英영ying粉분fen花화hua莲련lian月월yue",
        "女녀nv子자zi顺순shun玉옥yu淑숙shu善선shan今금jin姬희ji福복fu德덕de",
    ),
    (
        "英영ying贞정zhen明명ming春춘chun顺순shun京경jing福복fu美미mei海해hai善선shan",
        "淑숙shu爱애ai子자zi姬희ji玉옥yu花화hua顺순shun女녀nv兰란lan今금jin",
    ),
    (
        "美미mei英영ying海해hai香향xiang红홍hong银은yin春춘chun莲련lian京경jing雪설xue",
        "花화hua姬희ji兰란lan梅매mei玉옥yu子자zi顺순shun丹단dan英영ying善선shan",
    ),
    (
        "智지zhi恩은en秀수xiu瑞서rui艺예yi娜나na美미mei妍연yan慧혜hui雪설xue",
        "妍연yan恩은en慧혜hui贤현xian珍진zhen英영ying娜나na雅아ya美미mei姬희ji",
    ),
    (
        "智지zhi瑞서rui艺예yi恩은en秀수xiu夏하xia多다duo雅아ya妍연yan",
        "妍연yan恩은en珍진zhen雅아ya允윤yun潾린lin琳림lin彬빈bin贤현xian",
    ),
)


class Pool(NamedTuple):
    """Names of one people: a weighted table of surnames, given names by sex (1, 2) and era."""

    surnames: tuple[Reading, ...]
    given: dict[int, tuple[tuple[Reading, ...], ...]]


def era_of(year: int) -> int:
    """Which era's names a person born in that year has."""
    return bisect(ERAS, year)


def _tokens(text: str) -> list[tuple[Reading, int]]:
    return [((han, ko, pin), int(n or 1)) for han, ko, pin, n in _TOKEN.findall(text)]


def _surname_table(text: str) -> tuple[Reading, ...]:
    """A table in which a surname stands as often as it is common: drawing is one index."""
    tokens = _tokens(text)
    total = sum(weight for _, weight in tokens)
    table: list[Reading] = []
    passed = 0
    for reading, weight in tokens:
        passed += weight
        table += [reading] * (passed * _TABLE_SIZE // total - len(table))
    return tuple(table)


def _given_names(firsts: str, seconds: str) -> tuple[Reading, ...]:
    names = [
        (a[0] + b[0], a[1] + b[1], f"{a[2]} {b[2]}")
        for a, _ in _tokens(firsts)
        for b, _ in _tokens(seconds)
        if a[0] != b[0]
    ]
    if seconds.startswith("-"):
        names += [reading for reading, _ in _tokens(seconds) for _ in range(3)]
    return tuple(names)


def _pool(
    surnames: str, male: tuple[tuple[str, str], ...], female: tuple[tuple[str, str], ...]
) -> Pool:
    return Pool(
        _surname_table(surnames),
        {
            1: tuple(_given_names(*era) for era in male),
            2: tuple(_given_names(*era) for era in female),
        },
    )


HAN: Final = _pool(_HAN_SURNAMES, _HAN_MALE, _HAN_FEMALE)
KOREAN: Final = _pool(_KOREAN_SURNAMES, _KOREAN_MALE, _KOREAN_FEMALE)
MANCHU: Final = _pool(_MANCHU_SURNAMES, _HAN_MALE, _HAN_FEMALE)
HUI: Final = _pool(_HUI_SURNAMES, _HAN_MALE, _HAN_FEMALE)
