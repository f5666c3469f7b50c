"""What the demo's grid workers report, and what the departments answer."""

from typing import Final, NamedTuple

from services.tasks.domain.whistles import WhistleKind

_DEMAND = WhistleKind.RESIDENT_DEMAND
_LAW = WhistleKind.LAW_ENFORCEMENT
_EMERGENCY = WhistleKind.EMERGENCY
_PEACE = WhistleKind.PEACE
_KEY = WhistleKind.KEY_WORK


class Case(NamedTuple):
    """One kind of trouble.

    Attributes:
        kind: Of the whistle.
        domains: Who can solve it; the first leads.
        title: In a line.
        description: As a grid worker writes it.
        result: As the lead answers it.
    """

    kind: WhistleKind
    domains: tuple[str, ...]
    title: str
    description: str
    result: str


CASES: Final = (
    Case(
        _EMERGENCY,
        ("housing", "transport"),
        "供水主管爆裂，路面积水",
        "巡查发现楼前供水主管爆裂，水已漫到人行道，低温下正在结冰，老人出行有摔倒风险，已摆放警示桩。",
        "抢修队到场关阀止水，更换破损管段两米，恢复供水，路面已撒融雪剂并清理。",
    ),
    Case(
        _EMERGENCY,
        ("public_security", "housing"),
        "楼道堆放电动车充电冒烟",
        "二单元一楼楼道电动车飞线充电冒烟，已切断电源并疏散同层住户，请求到场排查。",
        "现场排除火险，拆除飞线，约谈车主，协调物业在院内增设集中充电位。",
    ),
    Case(
        _EMERGENCY,
        ("transport",),
        "路面塌陷约一平方米",
        "小区东门外机动车道路面塌陷约一平方米，深半米左右，已用锥桶围挡。",
        "已探明为雨水管渗漏掏空，回填夯实并恢复路面，三日后复查无沉降。",
    ),
    Case(
        _DEMAND,
        ("housing",),
        "整栋楼暖气不热",
        "入户走访时多户反映室温只有十四度，供热公司热线一直占线，家中有老人和孩子。",
        "供热公司清洗二级管网并更换循环泵，回访五户室温均在二十度以上。",
    ),
    Case(
        _DEMAND,
        ("transport",),
        "路灯连续三盏不亮",
        "小区西侧巷道三盏路灯不亮近一周，上晚自习的学生和下夜班的居民反映强烈。",
        "检修线路，更换灯头三只，当晚已全部亮灯。",
    ),
    Case(
        _DEMAND,
        ("social_security",),
        "独居老人社保待遇资格认证困难",
        "独居老人行动不便，不会用手机认证，担心养老金停发，请部门上门办理。",
        "工作人员上门完成资格认证，并登记为今后每年上门服务对象。",
    ),
    Case(
        _DEMAND,
        ("social_security", "education"),
        "新就业家庭子女学籍与参保衔接不清",
        "返乡家庭不知道孩子转学和父母参保先办哪一个，两个窗口说法不一，跑了三趟。",
        "两部门共同给出办理顺序和材料清单，当场受理，七日内办结。",
    ),
    Case(
        _DEMAND,
        ("health",),
        "楼间卫生死角和异味",
        "两栋楼之间堆积生活垃圾，夏季异味大、蚊蝇多，物业推说不属于保洁范围。",
        "集中清运垃圾两车并消杀，明确该处由物业每日保洁，街道每周抽查。",
    ),
    Case(
        _DEMAND,
        ("family_planning", "health"),
        "产后访视预约不上",
        "新手妈妈反映社区卫生服务中心产后访视电话无人接听，急需指导。",
        "已安排访视护士当日入户，并公布备用联系电话。",
    ),
    Case(
        _DEMAND,
        ("transport", "education"),
        "校门口早高峰拥堵",
        "早七点二十至七点五十校门口车辆随意停靠，步行学生穿行危险。",
        "施划临时接送区，早晚各派两人值守，学校错峰十分钟入校。",
    ),
    Case(
        _LAW,
        ("market", "public_security"),
        "占道经营屡劝不改",
        "路口三家摊点占用盲道和消防通道，多次劝导当面撤、过后又摆。",
        "联合劝离并依法处罚一家，另两家入驻便民市场，通道已恢复。",
    ),
    Case(
        _LAW,
        ("housing",),
        "顶楼私搭彩钢棚",
        "顶楼住户在公共天台搭建彩钢棚，大风天有坠落隐患，楼下住户要求拆除。",
        "下达限期拆除通知，当事人自行拆除，天台防水已修补。",
    ),
    Case(
        _LAW,
        ("market",),
        "小餐饮油烟直排居民窗下",
        "楼下烧烤店未装净化设备，晚间油烟直排二楼窗下，居民不敢开窗。",
        "责令安装净化设备并抬高排烟口，复测达标后恢复营业。",
    ),
    Case(
        _LAW,
        ("culture", "public_security"),
        "网吧疑似接纳未成年人",
        "家长反映临街网吧节假日有初中生出入，未核验身份证件。",
        "现场检查查实一起，依法警告并罚款，责令张贴禁入标识、落实实名登记。",
    ),
    Case(
        _PEACE,
        ("public_security",),
        "邻里因噪声多次争吵",
        "上下楼因夜间噪声多次争吵，本周已两次在楼道推搡，调解一次未果。",
        "社区民警与司法所共同调解，双方签订谅解协议，楼上铺设隔音垫。",
    ),
    Case(
        _PEACE,
        ("public_security", "housing"),
        "出租房人员频繁更换",
        "一处出租房近期人员进出频繁，房东长期不在本地，登记信息与实际不符。",
        "已核实居住人员并补登信息，约谈房东签订治安责任书，排除异常。",
    ),
    Case(
        _PEACE,
        ("culture", "public_security"),
        "广场活动音量扰民",
        "晚间广场两支队伍比音量，毗邻小区居民与领队发生争执。",
        "划定活动区域和时段，配发定向音箱，双方书面约定八点半结束。",
    ),
    Case(
        _KEY,
        ("health", "education"),
        "冬季流感疫苗接种点设置",
        "辖区老人和学生接种需求集中，需要临时接种点和秩序人员。",
        "在党群服务中心设临时接种点三天，完成接种并留观，无异常反应。",
    ),
    Case(
        _KEY,
        ("housing", "market"),
        "老旧小区改造施工协调",
        "改造期间管线迁改影响沿街商户，需要相关部门现场会商施工时段。",
        "现场会商确定夜间施工段，商户门前设便道，按期完成管线迁改。",
    ),
    Case(
        _KEY,
        ("education",),
        "适龄儿童入学摸底核对",
        "新建楼盘入住后学位需求变化，现有名单与实际出入较大，需部门比对。",
        "部门用已有数据比对后仅核实差异部分，未再要求重复填表。",
    ),
)

PLACES: Final = (
    "1号楼东侧",
    "2号楼2单元门前",
    "3号楼与4号楼之间",
    "小区东门外",
    "小区西侧巷道",
    "幼儿园门口",
    "临街商铺前",
    "便民市场入口",
    "7号楼顶楼",
    "健身广场",
)

CO_RESULT: Final = "已按主办部门意见到场配合，本部门职责内事项办结。"
VERIFIED: Final = ("现场查看，已解决。", "已回访反映人，问题解决。", "照片与现场一致，同意。")
NOT_SOLVED: Final = ("现场仍有遗留，未彻底解决。", "回访反映人表示问题又出现。")
RATED: Final = ("响应及时。", "处理到位。", "态度好、办得实。", "基本解决，速度还可以更快。")
BLOWN: Final = ("情况属实，超出街道职责，吹哨。", "负责人已核查，同意吹哨。")
DECLINED: Final = "经核查物业已自行处理，不再吹哨。"

ASSIGNMENTS: Final = (
    (
        "social_security",
        "城乡居民养老保险待遇领取资格认证",
        "协助通知本社区未认证人员，名单由系统生成，无须填表。",
    ),
    (
        "health",
        "老年人健康体检通知",
        "协助通知六十五岁以上居民到社区卫生服务中心体检，时间地点见附表。",
    ),
    ("education", "秋季入学政策宣传", "在公告栏张贴入学政策，居民咨询转教育部门专线。"),
    ("housing", "供热用户满意度回访", "协助联系未接通的三户，由供热公司入户。"),
    ("public_security", "反诈宣传进小区", "配合社区民警开展一次反诈宣传。"),
    ("market", "食品小作坊备案提示", "提示新开业小作坊到窗口备案，不要求社区收取材料。"),
)

SUGGESTIONS: Final = (
    ("suggestion", "夜里用时背景太亮，希望有深色界面。", "已列入下一版，感谢建议。"),
    (
        "complaint",
        "上周有部门在微信群里另外要表格，不应该。",
        "已转请准入办核实，并提醒该部门走准入流程。",
    ),
    ("suggestion", "希望朝鲜语界面里地名也用朝鲜语。", None),
)
